"""The slope is found by a division, which fails at 0.

rejected by: 2.9
"""

def op_relu(a):
    value = relu(a.data)
    def grad_fn(upstream):
        return (upstream * value / a.data,)
    return Tensor(value, (a,), grad_fn)
