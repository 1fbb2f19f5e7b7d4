"""np.argsort of negative axes is not the way back.

rejected by: 2.15
"""

def op_transpose(a, axes):
    def grad_fn(upstream):
        return (upstream.transpose(None if axes is None else np.argsort(axes)),)

    return Tensor(a.data.transpose(axes), (a,), grad_fn)
