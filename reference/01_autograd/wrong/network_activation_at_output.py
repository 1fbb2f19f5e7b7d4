"""The activation function is applied to the output as well.

rejected by: 1.4
"""

def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    return g(a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1)
