"""The sigmoid is applied, and then a second time inside the loss.

rejected by: 4.1
"""

def loss(logits, labels):
    return F.binary_cross_entropy_with_logits(torch.sigmoid(logits), labels)
