"""The batches come from a generator that nobody seeded, so that no training can be repeated.

rejected by: 4.3
"""

def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    rng = np.random.default_rng()
    net = LineDetector(7)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels, dtype=torch.float32)
    for _ in range(steps):
        batch = torch.as_tensor(rng.integers(len(x), size=32))
        train_step(net, optimizer, x[batch], y[batch])
    return net
