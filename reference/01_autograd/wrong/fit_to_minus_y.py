"""The loss adds y where it should subtract it, so the fit goes to -y.

rejected by: 1.5
"""

def fit(x, y):
    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) + y) ** 2)

    start = np.random.default_rng(0).normal(size=SIZE)
    return unpack(minimize(loss, start, options={"maxiter": 100}).x)
