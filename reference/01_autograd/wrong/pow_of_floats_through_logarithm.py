"""A float as exponent goes through the logarithm, also where it is whole.

rejected by: 2.7
"""

def op_pow(a, n):
    power = (lambda k: a.data ** k) if isinstance(n, int) else (lambda k: np.exp(k * np.log(a.data)))
    def grad_fn(upstream):
        return (upstream * n * power(n - 1),)
    return Tensor(power(n), (a,), grad_fn)
