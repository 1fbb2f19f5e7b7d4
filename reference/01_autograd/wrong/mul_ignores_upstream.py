"""The gradients of a product are the other factors alone: the upstream gradient is ignored.

rejected by: 2.5
"""

def op_mul(a, b):
    def grad_fn(upstream):
        return b.data, a.data

    return Tensor(a.data * b.data, (a, b), grad_fn)
