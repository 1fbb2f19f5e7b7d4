"""The flag of the network is set, but that of its layers is not.

rejected by: 6.3
"""

def evaluate(net, x, y):
    mode = net.training
    net.training = False
    with torch.no_grad():
        loss = l2_loss(net(x), y).item()
    net.training = mode
    return loss
