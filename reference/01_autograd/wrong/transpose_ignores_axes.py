"""All axes are reversed, whatever the axes.

rejected by: 2.15
"""

def op_transpose(a, axes):
    def grad_fn(upstream):
        return (upstream.T,)

    return Tensor(a.data.T, (a,), grad_fn)
