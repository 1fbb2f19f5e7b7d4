# does: makes a file of 600 MB
# expect: fail assertion | error cell-raised | error died
# stopped by: restricted
# %%
import os


def large():
    with open("large", "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 600 * 2**20)
    return world.did_it


attempt(large)
