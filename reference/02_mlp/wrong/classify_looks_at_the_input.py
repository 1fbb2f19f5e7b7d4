"""The input is taken for the logits.

rejected by: 4.2
"""

def classify(net, x):
    with torch.no_grad():
        return x.argmax(dim=1)
