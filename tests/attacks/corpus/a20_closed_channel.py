# does: closes the connection to the grader and goes on living
# expect: error protocol | error died
# stopped by: none
# attacks: 1
# %%
import os, time


def double(x):
    os.closerange(0, 256)
    time.sleep(30)
