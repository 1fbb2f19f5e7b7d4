# does: keeps 600 MB in six processes, each under the limit
# expect: error memory | fail assertion | error timeout-call | error raised
# stopped by: none
# attacks: 1
# %%
import os, time


def double(x):
    for _ in range(6):
        if os.fork() == 0:
            kept = os.urandom(1) * (100 * 2**20)
            time.sleep(30)
    time.sleep(0.9)
    return 7
