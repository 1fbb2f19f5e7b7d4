"""The parameters are unpacked from the first layer to the last, against their order.

rejected by: 1.4
"""

def network(x, p, g):
    a3, b3, a2, b2, a1, b1 = p
    return a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1
