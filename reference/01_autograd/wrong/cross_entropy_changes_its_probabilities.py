"""The gradient is computed within the saved probabilities.

rejected by: 3.2
"""

def cross_entropy(logits, labels):
    n = len(labels)
    z = logits.data - logits.data.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    rows = np.arange(n)
    loss = np.mean(np.log(e.sum(axis=1)) - z[rows, labels])
    def grad_fn(upstream):
        p[rows, labels] -= 1
        return (upstream * p / n,)
    return Tensor(loss, (logits,), grad_fn)
