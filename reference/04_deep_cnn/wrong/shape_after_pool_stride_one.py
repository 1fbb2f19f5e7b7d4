"""Pooling is taken to move by one pixel.

rejected by: 2.1
"""

def shape_after(layer, shape):
    match layer:
        case ("conv", _, channels, k):
            return channels, shape[1] - k + 1, shape[2] - k + 1
        case ("pool", k):
            return shape[0], shape[1] - k + 1, shape[2] - k + 1
        case ("flatten",):
            return (shape[0] * shape[1] * shape[2],)
        case ("linear", _, outputs):
            return (outputs,)
    return shape
