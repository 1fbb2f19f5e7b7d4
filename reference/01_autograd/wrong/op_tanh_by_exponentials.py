"""For large numbers, inf is divided by inf.

rejected by: 2.10
"""

def op_tanh(a):
    value = (np.exp(a.data) - np.exp(-a.data)) / (np.exp(a.data) + np.exp(-a.data))
    def grad_fn(upstream):
        return (upstream * (1 - value**2),)
    return Tensor(value, (a,), grad_fn)
