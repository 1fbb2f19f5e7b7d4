"""The offsets are added within the caller's array.

rejected by: 3.2
"""

def cross_entropy(logits, labels):
    n, k = logits.data.shape
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    labels += k * np.arange(n)
    flat = labels.copy()
    def grad_fn(upstream):
        gradient = np.exp(log_p)
        gradient.ravel()[flat] -= 1
        return (upstream * gradient / n,)
    return Tensor(-log_p.ravel()[flat].mean(), (logits,), grad_fn)
