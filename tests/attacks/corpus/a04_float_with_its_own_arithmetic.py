# does: returns a subclass of float whose differences are 0
# expect: fail assertion
# stopped by: none
# attacks: 2
# %%
class Number(float):
    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__

    def __abs__(self):
        return 0.0

    def __eq__(self, other):
        return True

    def __le__(self, other):
        return True

    __hash__ = float.__hash__


def average(x):
    return Number(7.0)
