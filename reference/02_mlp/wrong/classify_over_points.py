"""The largest number is searched in each column.

rejected by: 4.2
"""

def classify(net, x):
    with torch.no_grad():
        return net(x).argmax(dim=0)
