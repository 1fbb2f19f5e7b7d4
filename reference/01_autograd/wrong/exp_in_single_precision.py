"""The exponential is computed in single precision.

rejected by: 2.8
"""

def op_exp(a):
    value = np.exp(a.data.astype(np.float32)).astype(np.float64)

    def grad_fn(upstream):
        return (upstream * value,)

    return Tensor(value, (a,), grad_fn)
