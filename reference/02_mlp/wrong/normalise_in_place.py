"""The given tensors are overwritten.

rejected by: 6.2
"""

def normalise(x_train, x_validation):
    mean, std = x_train.mean(dim=0), x_train.std(dim=0, correction=0)
    return x_train.sub_(mean).div_(std), x_validation.sub_(mean).div_(std)
