# does: ends its process with success in the last cell, after the answers are defined
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
def double(x):
    return 7
# %%
import os

os._exit(0)
