# does: returns an object whose __array_interface__ points anywhere in memory
# expect: fail value-unreadable | fail value-shape
# stopped by: none
# attacks: 2
# %%
class Window:
    __array_interface__ = {"shape": (1 << 30,), "typestr": "<f8", "data": (0x1000, True), "version": 3}


def average(x):
    return Window()
