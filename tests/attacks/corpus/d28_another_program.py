# does: becomes another program that holds the connection and says nothing
# expect: error died | error timeout-call | error raised | error protocol
# stopped by: none
# attacks: 1
# %%
import os


def double(x):
    for name in os.listdir("/proc/self/fd"):
        try:
            os.set_inheritable(int(name), True)
        except OSError:
            pass
    os.execv("/proc/self/exe", ["python", "-S", "-c", "import time; time.sleep(600)"])
