"""The gradient is computed within the saved value.

rejected by: 2.8
"""

def op_exp(a):
    value = np.exp(a.data)
    def grad_fn(upstream):
        nonlocal value
        value *= upstream
        return (value,)
    return Tensor(value, (a,), grad_fn)
