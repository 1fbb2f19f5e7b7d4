"""None as an index is refused.

rejected by: 2.16
"""

def op_index(a, index):
    parts = index if isinstance(index, tuple) else (index,)
    if any(part is None for part in parts):
        raise IndexError("no new axes")
    def grad_fn(upstream):
        gradient = np.zeros_like(a.data)
        np.add.at(gradient, index, upstream)
        return (gradient,)
    return Tensor(a.data[index], (a,), grad_fn)
