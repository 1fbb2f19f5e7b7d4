"""The gradient of exp is e^a alone: the upstream gradient is ignored.

rejected by: 2.8
"""

def op_exp(a):
    def grad_fn(upstream):
        return (np.exp(a.data),)

    return Tensor(np.exp(a.data), (a,), grad_fn)
