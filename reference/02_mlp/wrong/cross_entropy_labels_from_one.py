"""Labels are taken to count from 1.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_p[torch.arange(len(labels)), labels - 1].mean()
