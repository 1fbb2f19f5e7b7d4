# does: writes answers to the channel before and after they are asked for
# expect: error protocol | error died
# stopped by: none
# attacks: 1
# %%
import os, stat


def channel():
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                return int(name)
        except OSError:
            pass


frame = bytes([17]) + bytes(8) + (9).to_bytes(4, "little") + b"i" + (6).to_bytes(8, "little")


def double(x):
    os.write(channel(), frame * 3)
    return 2 * x
