"""The logarithm is taken of a probability that may have become 0.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    p = torch.softmax(logits, dim=1)
    return -torch.log(p[torch.arange(len(labels)), labels] + 1e-12).mean()
