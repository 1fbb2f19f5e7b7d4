"""Each call gives another split.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    order = torch.randperm(len(x))
    validation, training = order[:n_validation], order[n_validation:]
    return x[training], y[training], x[validation], y[validation]
