"""The network stays in training mode.

rejected by: 6.3
"""

def evaluate(net, x, y):
    with torch.no_grad():
        return l2_loss(net(x), y).item()
