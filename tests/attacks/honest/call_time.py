# does: takes 0.7 of 1 second in calls
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import time


def double(x):
    time.sleep(0.7)
    return 2 * x
