"""The gradient is put back column by column, but reshape goes row by row.

rejected by: 2.15
"""

def op_reshape(a, shape):
    def grad_fn(upstream):
        return (upstream.reshape(a.data.shape, order="F"),)

    return Tensor(a.data.reshape(shape), (a,), grad_fn)
