# does: fills the disk with files that are each under the limit, 900 MB in all
# expect: fail assertion
# stopped by: contained
# %%
import os


def large():
    for number in range(9):
        with open(f"large{number}", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 100 * 2**20)
    return world.did_it


attempt(large)
