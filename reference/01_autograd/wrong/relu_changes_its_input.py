"""The zeros are written into the array that the caller still needs.

rejected by: 1.1
"""

def relu(x):
    x[x < 0] = 0
    return x
