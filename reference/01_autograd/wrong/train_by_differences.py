"""The gradients are differences of two losses, as in Part 1.

rejected by: 4.2
"""

def train(x, y):
    hidden = 4
    rng = np.random.default_rng(0)
    shapes = [(1, hidden), (1, 1), (hidden, hidden), (hidden, 1), (hidden, 1), (hidden, 1)]
    p = [rng.normal(size=shape) for shape in shapes]

    def loss():
        return np.mean((network(x, p, np.tanh) - y) ** 2)

    for _ in range(600):
        now, gradients = loss(), [np.zeros_like(parameter) for parameter in p]
        for parameter, gradient in zip(p, gradients):
            for index in np.ndindex(parameter.shape):
                parameter[index] += 1e-6
                gradient[index] = (loss() - now) / 1e-6
                parameter[index] -= 1e-6
        for parameter, gradient in zip(p, gradients):
            parameter -= 0.1 * gradient
    return [Tensor(parameter) for parameter in p]
