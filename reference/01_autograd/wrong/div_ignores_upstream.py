"""The upstream gradient is ignored in both gradients.

rejected by: 2.6
"""

def op_div(a, b):
    def grad_fn(upstream):
        return 1 / b.data, -a.data / b.data**2

    return Tensor(a.data / b.data, (a, b), grad_fn)
