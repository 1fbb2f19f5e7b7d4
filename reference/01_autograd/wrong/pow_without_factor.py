"""The factor n is missing.

rejected by: 2.7
"""

def op_pow(a, n):
    def grad_fn(upstream):
        return (upstream * a.data ** (n - 1),)

    return Tensor(a.data**n, (a,), grad_fn)
