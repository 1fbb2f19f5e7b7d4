"""Whole numbers stay whole.

rejected by: 2.12
"""

def right_div(t, other):
    if isinstance(other, np.ndarray) and other.dtype.kind == "i":
        return Tensor(other // t.data)
    return as_tensor(other) / t
