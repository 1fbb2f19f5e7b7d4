"""2 * t is computed from t's array, so no gradient comes back.

rejected by: 2.12
"""

def right_mul(t, other):
    return Tensor(other * t.data)
