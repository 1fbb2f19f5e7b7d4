"""All columns share one mean.

rejected by: 6.2
"""

def normalise(x_train, x_validation):
    mean, std = x_train.mean(), x_train.std(correction=0)
    return (x_train - mean) / std, (x_validation - mean) / std
