# does: takes an open file out of another process
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)


def take():
    pidfd = libc.syscall(434, world.victim, 0)
    return os.pread(libc.syscall(438, pidfd, world.descriptor, 0), 1000, 0)


attempt(take)
