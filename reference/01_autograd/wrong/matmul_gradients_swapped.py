"""Each factor gets the gradient of the other one.

rejected by: 2.14
"""

def op_matmul(a, b):
    def grad_fn(upstream):
        return a.data.T @ upstream, upstream @ b.data.T

    return Tensor(a.data @ b.data, (a, b), grad_fn)
