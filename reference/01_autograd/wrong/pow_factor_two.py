"""The factor in front is 2, which is right for squares alone.

rejected by: 2.7
"""

def op_pow(a, n):
    def grad_fn(upstream):
        return (upstream * 2 * a.data ** (n - 1),)

    return Tensor(a.data**n, (a,), grad_fn)
