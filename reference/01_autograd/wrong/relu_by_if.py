"""Python's `if` decides for a whole array, which it cannot.

rejected by: 1.1
"""

def relu(x):
    if x > 0:
        return x
    return 0.0
