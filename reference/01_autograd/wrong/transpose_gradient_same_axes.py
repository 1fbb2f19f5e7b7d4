"""The gradient is permuted by the same axes once more, not back.

rejected by: 2.15
"""

def op_transpose(a, axes):
    def grad_fn(upstream):
        return (upstream.transpose(axes),)

    return Tensor(a.data.transpose(axes), (a,), grad_fn)
