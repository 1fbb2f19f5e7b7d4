"""train() is called where eval() is meant.

rejected by: 6.3
"""

def evaluate(net, x, y):
    mode = net.training
    net.train()
    with torch.no_grad():
        loss = l2_loss(net(x), y).item()
    net.train(mode)
    return loss
