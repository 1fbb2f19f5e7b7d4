# does: ends its process with success in a call
# expect: error died
# stopped by: none
# attacks: 1
# %%
import os


def double(x):
    os._exit(0)
