"""The gradient gets the right shape, but its numbers stay in the wrong order.

rejected by: 2.15
"""

def op_transpose(a, axes):
    def grad_fn(upstream):
        return (upstream.reshape(a.data.shape),)

    return Tensor(a.data.transpose(axes), (a,), grad_fn)
