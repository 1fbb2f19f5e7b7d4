"""The true probability is read as a number.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return torch.tensor([-log_p[i, label].item() for i, label in enumerate(labels)]).mean().double()
