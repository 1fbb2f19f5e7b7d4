"""The exponent in the slope is n instead of n - 1.

rejected by: 2.7
"""

def op_pow(a, n):
    def grad_fn(upstream):
        return (upstream * n * a.data**n,)

    return Tensor(a.data**n, (a,), grad_fn)
