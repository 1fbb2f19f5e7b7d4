# does: kills its own process group in a call
# expect: error died
# stopped by: none
# attacks: 1
# %%
import os, signal


def double(x):
    os.kill(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
    os.abort()
