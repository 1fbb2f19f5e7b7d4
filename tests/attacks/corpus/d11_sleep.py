# does: sleeps for ever in a call
# expect: error timeout-call
# stopped by: none
# attacks: 1
# %%
import time


def double(x):
    time.sleep(1e9)
