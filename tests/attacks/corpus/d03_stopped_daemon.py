# does: leaves a stopped daemon that holds the output open
# expect: fail assertion
# stopped by: none
# %%
import os, signal


def daemon():
    if os.fork() == 0:
        os.setsid()
        os.kill(os.getpid(), signal.SIGSTOP)
        os._exit(0)


attempt(daemon)
