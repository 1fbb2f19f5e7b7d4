"""The gradient of the mean is that of the sum.

rejected by: 2.13
"""

def op_mean(a, axis, keepdims):
    def grad_fn(upstream):
        if axis is not None and not keepdims:
            upstream = np.expand_dims(upstream, axis)
        return (np.broadcast_to(upstream, a.data.shape),)

    return Tensor(a.data.mean(axis=axis, keepdims=keepdims), (a,), grad_fn)
