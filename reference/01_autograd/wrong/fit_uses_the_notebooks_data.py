"""fit looks at the notebook's data instead of the data that it is given.

rejected by: 1.5
"""

def fit(x, y):
    def loss(vector):
        return np.mean((network(x_data, unpack(vector), np.tanh) - y_data) ** 2)

    start = np.random.default_rng(0).normal(size=SIZE)
    return unpack(minimize(loss, start, options={"maxiter": 100}).x)
