"""The other factor is not transposed.

rejected by: 2.14
"""

def op_matmul(a, b):
    def grad_fn(upstream):
        return upstream @ b.data, a.data @ upstream

    return Tensor(a.data @ b.data, (a, b), grad_fn)
