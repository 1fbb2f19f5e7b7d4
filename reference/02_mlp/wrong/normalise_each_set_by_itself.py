"""Each set has its own mean and standard deviation.

rejected by: 6.2
"""

def _scaled(x):
    return (x - x.mean(dim=0)) / (x.std(dim=0, correction=0) + 1e-12)

def normalise(x_train, x_validation):
    return _scaled(x_train), _scaled(x_validation)
