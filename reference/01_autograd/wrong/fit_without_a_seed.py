"""The start has no seed, so each call ends somewhere else.

rejected by: 1.5
"""

def fit(x, y):
    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) - y) ** 2)

    return unpack(minimize(loss, np.random.normal(size=SIZE), options={"maxiter": 100}).x)
