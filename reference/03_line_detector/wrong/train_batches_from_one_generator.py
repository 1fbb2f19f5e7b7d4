"""The batches come from a generator of the notebook, which goes on from call to call.

rejected by: 4.3
"""

_generator = np.random.default_rng(0)


def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(7)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels, dtype=torch.float32)
    for _ in range(steps):
        batch = torch.as_tensor(_generator.integers(len(x), size=32))
        train_step(net, optimizer, x[batch], y[batch])
    return net
