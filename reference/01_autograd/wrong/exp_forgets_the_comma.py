"""The gradient is returned as it is, not in a tuple of one.

rejected by: 2.8
"""

def op_exp(a):
    value = np.exp(a.data)

    def grad_fn(upstream):
        return upstream * value

    return Tensor(value, (a,), grad_fn)
