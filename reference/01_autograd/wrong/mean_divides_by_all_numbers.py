"""The mean over an axis is divided by how many numbers there are in all.

rejected by: 2.13
"""

def op_mean(a, axis, keepdims):
    return op_sum(a, axis, keepdims) / a.data.size
