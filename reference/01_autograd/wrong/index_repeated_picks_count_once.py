"""`gradient[index] += upstream` counts a number that was picked twice only once.

rejected by: 2.16
"""

def op_index(a, index):
    def grad_fn(upstream):
        gradient = np.zeros_like(a.data)
        gradient[index] += upstream
        return (gradient,)

    return Tensor(a.data[index], (a,), grad_fn)
