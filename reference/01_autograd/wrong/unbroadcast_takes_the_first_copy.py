"""Of the stretched copies only the first counts.

rejected by: 2.11
"""

def unbroadcast(gradient, shape):
    while gradient.ndim > len(shape):
        gradient = gradient[0]
    return gradient[tuple(slice(length) for length in shape)]
