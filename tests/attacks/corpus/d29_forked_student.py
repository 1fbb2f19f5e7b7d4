# does: returns from a call twice, by a fork
# expect: fail assertion | error raised | error protocol
# stopped by: none
# attacks: 1
# %%
import os


def double(x):
    os.fork()
    return 7
