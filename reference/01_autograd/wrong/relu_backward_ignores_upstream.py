"""relu_backward returns relu's slope alone: the upstream gradient is ignored.

rejected by: 1.2
"""

def relu_backward(x, upstream):
    return (x > 0).astype(float)
