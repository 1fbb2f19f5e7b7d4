"""The validation points are among the training points.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    validation, training = order[:n_validation], order
    return x[training], y[training], x[validation], y[validation]
