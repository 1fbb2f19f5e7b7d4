"""The other factor is found by a division, which fails at 0.

rejected by: 2.5
"""

def op_mul(a, b):
    value = a.data * b.data
    def grad_fn(upstream):
        return upstream * value / a.data, upstream * value / b.data
    return Tensor(value, (a, b), grad_fn)
