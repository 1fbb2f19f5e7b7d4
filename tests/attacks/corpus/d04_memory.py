# does: keeps 600 MB in arrays
# expect: error memory
# stopped by: none
# attacks: 1
# %%
import time

kept = []


def double(x):
    kept.append(np.ones(600 * 2**17))
    time.sleep(0.9)
    return 7
