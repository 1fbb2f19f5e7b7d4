"""This is the logarithm to the base 10.

rejected by: 2.8
"""

def op_log(a):
    def grad_fn(upstream):
        return (upstream / a.data / np.log(10),)

    return Tensor(np.log10(a.data), (a,), grad_fn)
