# does: ends while a child holds its output and its connection open
# expect: error died | error protocol | error raised
# stopped by: none
# attacks: 1
# %%
import os, time


def double(x):
    if os.fork() == 0:
        os.setsid()
        time.sleep(600)
    os._exit(0)
