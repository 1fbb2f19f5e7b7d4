"""The matrices are multiplied number by number.

rejected by: 2.14
"""

def op_matmul(a, b):
    def grad_fn(upstream):
        return upstream * b.data, upstream * a.data

    return Tensor(a.data * b.data, (a, b), grad_fn)
