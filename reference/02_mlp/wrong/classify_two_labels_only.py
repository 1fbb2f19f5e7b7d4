"""The first logit alone decides, between two labels.

rejected by: 4.2
"""

def classify(net, x):
    with torch.no_grad():
        return (net(x)[:, 1] > 0).long()
