"""The gradient of a sum is all ones: the upstream gradient is ignored.

rejected by: 2.13
"""

def op_sum(a, axis, keepdims):
    def grad_fn(upstream):
        return (np.ones_like(a.data),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), grad_fn)
