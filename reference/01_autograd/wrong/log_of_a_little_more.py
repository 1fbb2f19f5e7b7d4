"""A tiny number is added before the logarithm.

rejected by: 2.8
"""

def op_log(a):
    def grad_fn(upstream):
        return (upstream / (a.data + 1e-8),)

    return Tensor(np.log(a.data + 1e-8), (a,), grad_fn)
