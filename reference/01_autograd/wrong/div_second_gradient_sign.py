"""The minus in the gradient of the denominator is missing.

rejected by: 2.6
"""

def op_div(a, b):
    def grad_fn(upstream):
        return upstream / b.data, upstream * a.data / b.data**2

    return Tensor(a.data / b.data, (a, b), grad_fn)
