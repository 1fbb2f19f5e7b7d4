# does: writes random bytes to the channel in a call
# expect: error protocol
# stopped by: none
# attacks: 1
# %%
import os, stat


def double(x):
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                os.write(int(name), b"\xff" * 1000)
        except OSError:
            pass
    return 6
