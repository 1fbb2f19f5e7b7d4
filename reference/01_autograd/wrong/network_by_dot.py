"""np.dot works on arrays and not on tensors.

rejected by: 4.2
"""

def network(x, p, g):
    a1, b1, a2, b2, a3, b3 = p
    return np.dot(a1, g(np.dot(a2, g(np.dot(a3, x) + b3)) + b2)) + b1
