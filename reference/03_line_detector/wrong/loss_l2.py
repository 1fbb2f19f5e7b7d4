"""The squared distance of the probability from the label.

rejected by: 4.1
"""

def loss(logits, labels):
    return ((torch.sigmoid(logits) - labels) ** 2).mean()
