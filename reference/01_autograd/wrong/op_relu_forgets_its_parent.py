"""The result does not know what it was computed from, so no gradient comes back.

rejected by: 2.9
"""

def op_relu(a):
    return Tensor(relu(a.data))
