"""relu_backward gets the upstream gradient in the place of x.

rejected by: 2.9
"""

def op_relu(a):
    def grad_fn(upstream):
        return (relu_backward(upstream, a.data),)

    return Tensor(relu(a.data), (a,), grad_fn)
