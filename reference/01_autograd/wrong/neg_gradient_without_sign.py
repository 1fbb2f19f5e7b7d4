"""The gradient of -a passes unchanged.

rejected by: 2.1
"""

def op_neg(a):
    def grad_fn(upstream):
        return (upstream,)

    return Tensor(-a.data, (a,), grad_fn)
