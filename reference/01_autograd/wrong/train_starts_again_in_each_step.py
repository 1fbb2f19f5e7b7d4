"""The parameters are drawn anew in every step of the loop.

rejected by: 4.2
"""

def train(x, y):
    hidden = 8
    rng = np.random.default_rng(0)
    shapes = [(1, hidden), (1, 1), (hidden, hidden), (hidden, 1), (hidden, 1), (hidden, 1)]
    for _ in range(200):
        p = [Tensor(rng.normal(size=shape)) for shape in shapes]
        loss = l2_loss(network(x, p, tanh), y)
        loss.backward()
        descend(p, learning_rate=0.1)
    return p
