"""The summed axis is always dropped.

rejected by: 2.13
"""

def op_sum(a, axis, keepdims):
    def grad_fn(upstream):
        if axis is not None:
            upstream = np.expand_dims(upstream, axis)
        return (np.broadcast_to(upstream, a.data.shape),)

    return Tensor(a.data.sum(axis=axis), (a,), grad_fn)
