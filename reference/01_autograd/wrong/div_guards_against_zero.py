"""A tiny number is added to the denominator, although it is never 0.

rejected by: 2.6
"""

def op_div(a, b):
    below = b.data + 1e-8

    def grad_fn(upstream):
        return upstream / below, -upstream * a.data / below**2

    return Tensor(a.data / below, (a, b), grad_fn)
