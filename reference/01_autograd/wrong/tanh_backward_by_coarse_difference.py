"""The slope is estimated by a step of 0.01, which is a few per cent off.

rejected by: 1.3
"""

def tanh_backward(x, upstream):
    step = 0.01
    return upstream * (np.tanh(x + step) - np.tanh(x)) / step
