"""The squares are summed.

rejected by: 6.3
"""

def evaluate(net, x, y):
    mode = net.training
    net.eval()
    with torch.no_grad():
        loss = l2_loss(net(x), y).item() * len(y)
    net.train(mode)
    return loss
