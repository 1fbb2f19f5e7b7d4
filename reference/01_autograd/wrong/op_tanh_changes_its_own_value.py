"""The slope is computed within the tensor's own data.

rejected by: 2.10
"""

def op_tanh(a):
    out = Tensor(np.tanh(a.data), (a,))
    def grad_fn(upstream):
        out.data **= 2
        out.data *= -1
        out.data += 1
        out.data *= upstream
        return (out.data,)
    out.grad_fn = grad_fn
    return out
