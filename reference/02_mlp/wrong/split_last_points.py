"""The last points are put aside, unshuffled.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    return x[:-n_validation], y[:-n_validation], x[-n_validation:], y[-n_validation:]
