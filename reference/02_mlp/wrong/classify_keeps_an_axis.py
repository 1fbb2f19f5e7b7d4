"""The result has shape (n, 1).

rejected by: 4.2
"""

def classify(net, x):
    with torch.no_grad():
        return net(x).argmax(dim=1, keepdim=True)
