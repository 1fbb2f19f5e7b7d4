"""The columns are divided by their variance.

rejected by: 6.2
"""

def normalise(x_train, x_validation):
    mean, var = x_train.mean(dim=0), x_train.var(dim=0, correction=0)
    return (x_train - mean) / var, (x_validation - mean) / var
