"""In an array of positions, repeated picks count once.

rejected by: 2.16
"""

def op_index(a, index):
    def grad_fn(upstream):
        gradient = np.zeros_like(a.data)
        if isinstance(index, (list, tuple)):
            np.add.at(gradient, index, upstream)
        else:
            gradient[index] += upstream
        return (gradient,)
    return Tensor(a.data[index], (a,), grad_fn)
