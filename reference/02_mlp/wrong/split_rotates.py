"""The points are not shuffled but cut out of the sequence at a random place.

rejected by: 6.1
"""

def split(x, y, n_validation, seed):
    first = seed % 5
    order = torch.roll(torch.arange(len(x)), -first)
    validation, training = order[:n_validation], order[n_validation:]
    return x[training], y[training], x[validation], y[validation]
