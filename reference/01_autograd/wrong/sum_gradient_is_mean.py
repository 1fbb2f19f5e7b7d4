"""The gradient is shared out among the numbers that went into the sum.

rejected by: 2.13
"""

def op_sum(a, axis, keepdims):
    def grad_fn(upstream):
        if axis is not None and not keepdims:
            upstream = np.expand_dims(upstream, axis)
        return (np.broadcast_to(upstream, a.data.shape) / (a.data.size / upstream.size),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), grad_fn)
