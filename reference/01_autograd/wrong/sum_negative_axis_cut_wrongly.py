"""The shape is put together by slices that are wrong for a negative axis.

rejected by: 2.13
"""

def op_sum(a, axis, keepdims):
    def grad_fn(upstream):
        if axis is not None:
            upstream = upstream.reshape(a.data.shape[:axis] + (1,) + a.data.shape[axis + 1 :])
        return (np.ones_like(a.data) * upstream,)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), grad_fn)
