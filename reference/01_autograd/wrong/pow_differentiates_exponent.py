"""This is the slope with respect to n, not to a.

rejected by: 2.7
"""

def op_pow(a, n):
    def grad_fn(upstream):
        return (upstream * a.data**n * np.log(np.abs(a.data)),)

    return Tensor(a.data**n, (a,), grad_fn)
