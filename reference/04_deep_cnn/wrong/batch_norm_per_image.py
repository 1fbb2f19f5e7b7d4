"""Each image is normalised by itself (that is instance norm).

rejected by: 1.3
"""

def batch_norm(x, scale, shift):
    mean = x.mean(dim=(2, 3), keepdim=True)
    variance = ((x - mean) ** 2).mean(dim=(2, 3), keepdim=True)
    normalised = (x - mean) / (variance + EPSILON).sqrt()
    return scale.reshape(-1, 1, 1) * normalised + shift.reshape(-1, 1, 1)
