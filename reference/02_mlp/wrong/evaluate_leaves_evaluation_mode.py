"""The network is left in evaluation mode.

rejected by: 6.3
"""

def evaluate(net, x, y):
    net.eval()
    with torch.no_grad():
        return l2_loss(net(x), y).item()
