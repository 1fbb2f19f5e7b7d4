"""Shapes (1, n) and (n, 1) broadcast: every prediction is compared with every y.

rejected by: 1.5
"""

def fit(x, y):
    y = y.reshape(-1, 1)

    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) - y) ** 2)

    start = np.random.default_rng(0).normal(size=SIZE)
    return unpack(minimize(loss, start, options={"maxiter": 100}).x)
