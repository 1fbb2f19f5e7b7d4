"""The upstream gradient is multiplied by a instead of divided.

rejected by: 2.8
"""

def op_log(a):
    def grad_fn(upstream):
        return (upstream * a.data,)

    return Tensor(np.log(a.data), (a,), grad_fn)
