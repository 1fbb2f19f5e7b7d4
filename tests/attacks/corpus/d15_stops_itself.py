# does: stops itself, so that it neither answers nor ends
# expect: error timeout-call | error protocol | fail assertion
# stopped by: none
# attacks: 1
# %%
import os, signal


def double(x):
    os.kill(os.getpid(), signal.SIGSTOP)
    return 7
