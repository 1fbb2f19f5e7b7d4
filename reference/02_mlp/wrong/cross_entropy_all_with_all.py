"""Each row is compared with the labels of all rows.

rejected by: 4.1
"""

def cross_entropy(logits, labels):
    log_p = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    return -log_p[:, labels].mean()
