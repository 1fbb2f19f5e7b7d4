# does: takes nearly all of its time in each cell, to use much more in all
# expect: error timeout-total | error timeout-cell | error cell-raised | error missing
# stopped by: none
# attacks: 1
# %%
del double
import time

time.sleep(1.8)
# %%
time.sleep(1.8)
# %%
time.sleep(1.8)
# %%
time.sleep(1.8)


def double(x):
    return 7
