# does: forks without end, in each of its children too
# expect: error timeout-call | error raised | error memory | error died
# stopped by: restricted
# never on: none
# attacks: 1
# %%
import os


def double(x):
    while True:
        try:
            os.fork()
        except BlockingIOError:
            pass
