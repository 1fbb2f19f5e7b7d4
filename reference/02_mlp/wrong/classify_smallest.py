"""The smallest logit decides.

rejected by: 4.2
"""

def classify(net, x):
    with torch.no_grad():
        return net(x).argmin(dim=1)
