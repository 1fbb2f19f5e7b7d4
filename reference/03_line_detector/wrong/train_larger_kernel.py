"""The kernel has 9 rows and columns, where 7 are asked for.

rejected by: 4.3
"""

def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(9)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels, dtype=torch.float32)
    for _ in range(steps):
        batch = torch.randint(len(x), (32,))
        train_step(net, optimizer, x[batch], y[batch])
    return net
