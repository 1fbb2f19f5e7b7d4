"""The gradient is y - p instead of p - y.

rejected by: 3.2
"""

def cross_entropy(logits, labels):
    n = len(labels)
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    rows = np.arange(n)

    def grad_fn(upstream):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (-upstream * gradient / n,)

    return Tensor(-log_p[rows, labels].mean(), (logits,), grad_fn)
