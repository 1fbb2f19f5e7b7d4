# does: returns an array whose __array_function__ and __array_ufunc__ make np.allclose true
# expect: fail assertion
# stopped by: none
# attacks: 2
# %%
class Array(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return True

    def __array_ufunc__(self, ufunc, method, *args, **kwargs):
        return True

    def __eq__(self, other):
        return True

    def mean(self, *args, **kwargs):
        return 1.5


def average(x):
    return np.array(7.0).view(Array)
