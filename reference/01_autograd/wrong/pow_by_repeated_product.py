"""Multiplying n times works for n = 1, 2, 3 ... but not for -1 or 0.5.

rejected by: 2.7
"""

def op_pow(a, n):
    result = Tensor(np.ones_like(a.data))
    for _ in range(int(n)):
        result = result * a
    return result
