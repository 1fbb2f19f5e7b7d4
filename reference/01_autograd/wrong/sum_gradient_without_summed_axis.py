"""The summed axis is not put back before the gradient is stretched.

rejected by: 2.13
"""

def op_sum(a, axis, keepdims):
    def grad_fn(upstream):
        return (np.ones_like(a.data) * upstream,)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), grad_fn)
