"""The upstream gradient is divided by log a instead of a.

rejected by: 2.8
"""

def op_log(a):
    def grad_fn(upstream):
        return (upstream / np.log(a.data),)

    return Tensor(np.log(a.data), (a,), grad_fn)
