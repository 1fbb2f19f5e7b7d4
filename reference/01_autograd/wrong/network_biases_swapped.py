"""The biases of the two hidden layers are swapped, which have the same shape.

rejected by: 1.4
"""

def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    return a1 @ g(a2 @ g(a3 @ x + b2) + b3) + b1
