# does: has the kernel copy the canary: splice, sendfile, copy_file_range
# expect: fail assertion
# stopped by: restricted
# %%
import os, shutil


def copy():
    with open(world.canary, "rb") as source, open("copy", "wb") as target:
        os.sendfile(target.fileno(), source.fileno(), 0, 1000)
    return open("copy").read()


attempt(copy)
attempt(shutil.copytree, world.reference, "all")
attempt(lambda: open("all/canary.txt").read())
