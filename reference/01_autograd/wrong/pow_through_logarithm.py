"""e^(n log a) does not exist for negative a, where a² is fine.

rejected by: 2.7
"""

def op_pow(a, n):
    return op_exp(op_log(a) * n)
