"""Only the first factor gets a gradient.

rejected by: 2.5
"""

def op_mul(a, b):
    def grad_fn(upstream):
        return (upstream * b.data,)

    return Tensor(a.data * b.data, (a, b), grad_fn)
