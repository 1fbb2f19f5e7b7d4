"""The upstream gradient is multiplied once by tanh_backward and once more after it.

rejected by: 2.10
"""

def op_tanh(a):
    def grad_fn(upstream):
        return (upstream * tanh_backward(a.data, upstream),)

    return Tensor(np.tanh(a.data), (a,), grad_fn)
