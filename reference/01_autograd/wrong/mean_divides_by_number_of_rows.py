"""The mean is divided by the length of the first axis, whatever the axis.

rejected by: 2.13
"""

def op_mean(a, axis, keepdims):
    return op_sum(a, axis, keepdims) / (len(a.data) if a.data.ndim else 1)
