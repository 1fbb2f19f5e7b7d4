"""A mask is taken for a choice of rows.

rejected by: 2.16
"""

def op_index(a, index):
    if isinstance(index, np.ndarray):
        index = np.where(index)[0]
    def grad_fn(upstream):
        gradient = np.zeros_like(a.data)
        np.add.at(gradient, index, upstream)
        return (gradient,)
    return Tensor(a.data[index], (a,), grad_fn)
