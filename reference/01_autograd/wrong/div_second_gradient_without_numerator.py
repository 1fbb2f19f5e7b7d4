"""The denominator's gradient lacks the factor a.

rejected by: 2.6
"""

def op_div(a, b):
    def grad_fn(upstream):
        return upstream / b.data, -upstream / b.data**2

    return Tensor(a.data / b.data, (a, b), grad_fn)
