"""n_validation points are kept for training, and the others put aside.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed))
    training, validation = order[:n_validation], order[n_validation:]
    return x[training], y[training], x[validation], y[validation]
