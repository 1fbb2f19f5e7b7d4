"""The picked numbers get gradient 1, whatever the upstream gradient.

rejected by: 2.16
"""

def op_index(a, index):
    def grad_fn(upstream):
        gradient = np.zeros_like(a.data)
        np.add.at(gradient, index, 1.0)
        return (gradient,)

    return Tensor(a.data[index], (a,), grad_fn)
