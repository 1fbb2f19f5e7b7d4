"""The columns are brought between 0 and 1.

rejected by: 6.2
"""

def normalise(x_train, x_validation):
    low, high = x_train.amin(dim=0), x_train.amax(dim=0)
    return (x_train - low) / (high - low), (x_validation - low) / (high - low)
