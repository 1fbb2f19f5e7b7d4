# does: returns an object that says its class is int, and a number by descriptors
# expect: fail value-unreadable
# stopped by: none
# attacks: 1
# %%
class Meta(type):
    def __instancecheck__(cls, other):
        return True

    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__


class Liar(metaclass=Meta):
    __class__ = int
    real, imag, numerator, denominator = 6, 0, 6, 1

    def __index__(self):
        return 6

    __int__ = __float__ = __trunc__ = __index__

    def __eq__(self, other):
        return True


def double(x):
    return Liar()
