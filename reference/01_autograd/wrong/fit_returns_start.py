"""The random parameters are returned as they were, without a fit.

rejected by: 1.5
"""

def fit(x, y):
    start = np.random.default_rng(0).normal(size=SIZE)
    minimize(lambda vector: np.mean((network(x, unpack(vector), np.tanh) - y) ** 2), start, options={"maxiter": 50})
    return unpack(start)
