# does: reads from address 0
# expect: error died
# stopped by: none
# attacks: 1
# %%
import ctypes


def double(x):
    ctypes.string_at(0)
