"""The denominator's gradient is divided by b instead of b².

rejected by: 2.6
"""

def op_div(a, b):
    def grad_fn(upstream):
        return upstream / b.data, -upstream * a.data / b.data

    return Tensor(a.data / b.data, (a, b), grad_fn)
