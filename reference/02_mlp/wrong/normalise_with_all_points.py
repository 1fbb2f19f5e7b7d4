"""Mean and standard deviation are those of all points.

rejected by: 6.2
"""

def normalise(x_train, x_validation):
    x = torch.cat([x_train, x_validation])
    mean, std = x.mean(dim=0), x.std(dim=0, correction=0)
    return (x_train - mean) / std, (x_validation - mean) / std
