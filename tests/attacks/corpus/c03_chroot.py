# does: leaves its root by chroot and by descriptors
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import os


def leave():
    os.mkdir("jail")
    folder = os.open("/", os.O_RDONLY)
    os.chroot("jail")
    os.fchdir(folder)
    for _ in range(20):
        os.chdir("..")
    os.chroot(".")
    open(world.results, "w").write("forged")


attempt(leave)
