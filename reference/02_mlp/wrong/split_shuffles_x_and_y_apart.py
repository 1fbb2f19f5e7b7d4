"""x and y are shuffled each in its own way.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    generator = torch.Generator().manual_seed(seed)
    x, y = x[torch.randperm(len(x), generator=generator)], y[torch.randperm(len(x), generator=generator)]
    return x[n_validation:], y[n_validation:], x[:n_validation], y[:n_validation]
