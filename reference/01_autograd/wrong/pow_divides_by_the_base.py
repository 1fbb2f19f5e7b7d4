"""The power is lowered by a division, which fails at 0.

rejected by: 2.7
"""

def op_pow(a, n):
    value = a.data**n
    def grad_fn(upstream):
        return (upstream * n * value / a.data,)
    return Tensor(value, (a,), grad_fn)
