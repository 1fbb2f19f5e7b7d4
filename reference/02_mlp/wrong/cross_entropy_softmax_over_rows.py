"""Probabilities sum to 1 over the points.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=0, keepdim=True)
    return -log_p[torch.arange(len(labels)), labels].mean()
