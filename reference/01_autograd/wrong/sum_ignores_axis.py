"""Everything is summed, whatever the axis.

rejected by: 2.13
"""

def op_sum(a, axis, keepdims):
    def grad_fn(upstream):
        return (np.broadcast_to(upstream, a.data.shape),)

    return Tensor(a.data.sum(keepdims=keepdims), (a,), grad_fn)
