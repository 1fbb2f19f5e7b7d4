# does: keeps 600 MB in files in memory that are not mapped
# expect: fail assertion
# stopped by: restricted
# %%
import os, time


def keep():
    file = os.memfd_create("x")
    for _ in range(6):
        os.posix_fallocate(file, 0, 600 * 2**20)
    time.sleep(0.8)
    return world.did_it


attempt(keep)
