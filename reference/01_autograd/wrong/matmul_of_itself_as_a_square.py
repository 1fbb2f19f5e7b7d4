"""For a @ a the gradient of a number's square is taken, 2 a, as if matrices could change places.

rejected by: 2.17
"""

def op_matmul(a, b):
    if a is b:
        return Tensor(a.data @ a.data, (a,), lambda upstream: (2 * upstream @ a.data.T,))

    def grad_fn(upstream):
        return upstream @ b.data.T, a.data.T @ upstream

    return Tensor(a.data @ b.data, (a, b), grad_fn)
