"""Axes that count from the end are refused.

rejected by: 2.15
"""

def op_transpose(a, axes):
    def grad_fn(upstream):
        if axes is None:
            return (upstream.transpose(),)
        back = [0] * len(axes)
        for new, old in enumerate(axes):
            if old < 0:
                raise ValueError("axes are counted from the front")
            back[old] = new
        return (upstream.transpose(back),)
    return Tensor(a.data.transpose(axes), (a,), grad_fn)
