"""The gradient of the second factor is G A^T instead of A^T G.

rejected by: 2.14
"""

def op_matmul(a, b):
    def grad_fn(upstream):
        return upstream @ b.data.T, upstream @ a.data.T

    return Tensor(a.data @ b.data, (a, b), grad_fn)
