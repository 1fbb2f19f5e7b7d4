"""exp of a large logit is infinite.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    log_p = logits - torch.log(torch.exp(logits).sum(dim=1, keepdim=True))
    return -log_p[torch.arange(len(labels)), labels].mean()
