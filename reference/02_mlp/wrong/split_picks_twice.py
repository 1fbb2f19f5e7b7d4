"""A point can be put aside twice.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    generator = torch.Generator().manual_seed(seed)
    validation = torch.randint(len(x), (n_validation,), generator=generator)
    training = torch.randint(len(x), (len(x) - n_validation,), generator=generator)
    return x[training], y[training], x[validation], y[validation]
