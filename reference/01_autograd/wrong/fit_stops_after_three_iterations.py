"""The fit is stopped long before it is done.

rejected by: 1.5
"""

def fit(x, y):
    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) - y) ** 2)

    start = np.random.default_rng(0).normal(size=SIZE)
    return unpack(minimize(loss, start, options={"maxiter": 3}).x)
