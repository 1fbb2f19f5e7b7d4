"""Each factor is multiplied by itself instead of by the other one.

rejected by: 2.5
"""

def op_mul(a, b):
    def grad_fn(upstream):
        return upstream * a.data, upstream * b.data

    return Tensor(a.data * b.data, (a, b), grad_fn)
