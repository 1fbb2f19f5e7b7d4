"""The slope of exp is taken to be 1.

rejected by: 2.8
"""

def op_exp(a):
    def grad_fn(upstream):
        return (upstream,)

    return Tensor(np.exp(a.data), (a,), grad_fn)
