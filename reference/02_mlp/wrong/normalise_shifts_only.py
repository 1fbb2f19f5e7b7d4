"""The columns are not scaled.

rejected by: 6.2
"""

def normalise(x_train, x_validation):
    mean = x_train.mean(dim=0)
    return x_train - mean, x_validation - mean
