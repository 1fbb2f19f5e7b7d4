"""From zeros all hidden units stay equal, and the network stays constant.

rejected by: 4.2
"""

def train(x, y):
    hidden = 8
    rng = np.random.default_rng(0)
    shapes = [(1, hidden), (1, 1), (hidden, hidden), (hidden, 1), (hidden, 1), (hidden, 1)]
    p = [Tensor(np.zeros(shape)) for shape in shapes]
    for _ in range(1000):
        loss = l2_loss(network(x, p, tanh), y)
        loss.backward()
        descend(p, learning_rate=0.1)
    return p
