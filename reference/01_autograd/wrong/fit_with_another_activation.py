"""The parameters fit a network with relu, but they are used with tanh.

rejected by: 1.5
"""

def fit(x, y):
    def loss(vector):
        return np.mean((network(x, unpack(vector), relu) - y) ** 2)

    start = np.random.default_rng(0).normal(size=SIZE)
    return unpack(minimize(loss, start, options={"maxiter": 100}).x)
