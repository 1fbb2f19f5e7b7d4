"""The parameters are taken out of the caller's list.

rejected by: 1.4
"""

def network(x, p, g):
    p = p if isinstance(p, list) else list(p)
    b3, a3 = p.pop(), p.pop()
    b2, a2 = p.pop(), p.pop()
    b1, a1 = p.pop(), p.pop()
    return a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1
