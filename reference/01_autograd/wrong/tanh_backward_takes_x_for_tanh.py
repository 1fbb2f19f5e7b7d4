"""The formula for the slope wants tanh(x) and gets x.

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    return upstream * (1 - x**2)
