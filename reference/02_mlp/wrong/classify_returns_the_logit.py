"""The largest logit is returned, not its place.

rejected by: 4.2
"""

def classify(net, x):
    with torch.no_grad():
        return net(x).max(dim=1).values
