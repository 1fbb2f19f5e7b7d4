"""All weights start from 0, whatever the seed.

rejected by: 4.3
"""

def train(images, labels, seed, steps):
    torch.manual_seed(seed)
    net = LineDetector(7)
    with torch.no_grad():
        net.conv.weight.zero_()
        net.conv.bias.zero_()
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    x = torch.as_tensor(images)
    y = torch.as_tensor(labels, dtype=torch.float32)
    for _ in range(steps):
        batch = torch.randint(len(x), (32,))
        train_step(net, optimizer, x[batch], y[batch])
    return net
