# does: recurses without a limit until the stack is used up
# expect: error died
# stopped by: none
# attacks: 1
# %%
import sys

sys.setrecursionlimit(2**31 - 1)


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr(self)


def double(x):
    return repr(Deep())
