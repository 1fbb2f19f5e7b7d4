# does: returns a subclass of str, tuple or dict that equals everything
# expect: fail value-unreadable
# stopped by: none
# attacks: 1
# %%
class Text(str):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def strip(self, *_):
        return self

    __hash__ = str.__hash__


def double(x):
    return Text("6")
