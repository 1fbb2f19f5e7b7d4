"""The parameters become arrays, and tensors none at all.

rejected by: 4.2
"""

def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = [np.asarray(q) for q in p]
    return a1 @ g(a2 @ g(a3 @ x + b3) + b2) + b1
