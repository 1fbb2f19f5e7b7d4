"""The logarithm of a probability that may have become 0.

rejected by: 4.1
"""

def loss(logits, labels):
    p = torch.sigmoid(logits)
    return -(labels * torch.log(p) + (1 - labels) * torch.log(1 - p)).mean()
