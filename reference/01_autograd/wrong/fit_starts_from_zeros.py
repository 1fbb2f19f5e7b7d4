"""From zeros all hidden units stay equal, and the network stays constant.

rejected by: 1.5
"""

def fit(x, y):
    def loss(vector):
        return np.mean((network(x, unpack(vector), np.tanh) - y) ** 2)

    return unpack(minimize(loss, np.zeros(SIZE), options={"maxiter": 100}).x)
