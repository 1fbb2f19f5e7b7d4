"""The learning rate is so small that nothing is learned in the given steps.

rejected by: 4.3
"""

def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(7)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-4)
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels, dtype=torch.float32)
    for _ in range(steps):
        batch = torch.randint(len(x), (32,))
        train_step(net, optimizer, x[batch], y[batch])
    return net
