"""train looks at the notebook's data instead of the data that it is given.

rejected by: 4.2
"""

def train(x, y):
    hidden = 8
    rng = np.random.default_rng(0)
    shapes = [(1, hidden), (1, 1), (hidden, hidden), (hidden, 1), (hidden, 1), (hidden, 1)]
    p = [Tensor(rng.normal(size=shape)) for shape in shapes]
    for _ in range(1000):
        loss = l2_loss(network(x_data, p, tanh), y_data)
        loss.backward()
        descend(p, learning_rate=0.1)
    return p
