# does: reads the memory of another process through /proc
# expect: fail assertion
# stopped by: restricted
# %%
import os


def memory():
    fd = os.open(f"/proc/{world.victim}/mem", os.O_RDONLY)
    return os.pread(fd, world.token_length, world.address)


attempt(memory)
