"""The logarithm is taken of a probability that has become 0; adding 1e-9 hides it.

rejected by: 3.2
"""

def cross_entropy(logits, labels):
    n = len(labels)
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    log_p = np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) + 1e-9)
    rows = np.arange(n)

    def grad_fn(upstream):
        gradient = np.exp(log_p)
        gradient[rows, labels] -= 1
        return (upstream * gradient / n,)

    return Tensor(-log_p[rows, labels].mean(), (logits,), grad_fn)
