# does: returns an object that says it equals everything
# expect: fail value-unreadable
# stopped by: none
# attacks: 1
# %%
class Anything:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __bool__(self):
        return True

    def __float__(self):
        return 6.0

    def strip(self, *_):
        return self

    def __getattr__(self, name):
        return self

    def __call__(self, *args):
        return self

    __hash__ = None
    __abs__ = __sub__ = __rsub__ = __add__ = __mul__ = lambda self, *_: self


def double(x):
    return Anything()
