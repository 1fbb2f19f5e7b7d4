"""The rule for powers is used: the slope of e^a becomes a e^(a-1).

rejected by: 2.8
"""

def op_exp(a):
    def grad_fn(upstream):
        return (upstream * a.data * np.exp(a.data - 1),)

    return Tensor(np.exp(a.data), (a,), grad_fn)
