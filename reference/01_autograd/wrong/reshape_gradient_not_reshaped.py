"""The gradient keeps the new shape.

rejected by: 2.15
"""

def op_reshape(a, shape):
    def grad_fn(upstream):
        return (upstream,)

    return Tensor(a.data.reshape(shape), (a,), grad_fn)
