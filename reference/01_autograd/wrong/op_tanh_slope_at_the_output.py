"""tanh_backward gets tanh(a) in the place of a.

rejected by: 2.10
"""

def op_tanh(a):
    value = np.tanh(a.data)

    def grad_fn(upstream):
        return (tanh_backward(value, upstream),)

    return Tensor(value, (a,), grad_fn)
