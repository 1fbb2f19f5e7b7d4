"""The mean is subtracted within the caller's array.

rejected by: 1.5
"""

def fit(x, y):
    middle = y.mean()
    y -= middle
    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) - y) ** 2)
    start = np.random.default_rng(0).normal(size=SIZE)
    p = unpack(minimize(loss, start, options={"maxiter": 100}).x)
    p[1] = p[1] + middle
    return p
