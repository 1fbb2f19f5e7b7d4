# does: opens files until there is no descriptor left, and has the test call it then
# expect: fail assertion | error raised | error died
# stopped by: none
# attacks: 1
# %%
import os

kept = []
try:
    while len(kept) < 5000:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass


def double(x):
    return 7
