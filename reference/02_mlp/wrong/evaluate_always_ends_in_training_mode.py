"""The network is in training mode afterwards, whatever it was in before.

rejected by: 6.3
"""

def evaluate(net, x, y):
    net.eval()
    with torch.no_grad():
        loss = l2_loss(net(x), y).item()
    net.train()
    return loss
