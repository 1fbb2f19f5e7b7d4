"""The first hidden layer has no activation function.

rejected by: 1.4
"""

def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    return a1 @ g(a2 @ (a3 @ x + b3) + b2) + b1
