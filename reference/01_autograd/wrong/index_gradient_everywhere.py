"""Numbers that were not picked get gradient 1 instead of 0.

rejected by: 2.16
"""

def op_index(a, index):
    def grad_fn(upstream):
        gradient = np.ones_like(a.data)
        gradient[index] = 0
        np.add.at(gradient, index, upstream)
        return (gradient,)

    return Tensor(a.data[index], (a,), grad_fn)
