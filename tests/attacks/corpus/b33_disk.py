# does: reads the machine's disk past the file system
# expect: fail assertion
# stopped by: restricted
# never on: none
# %%
import os


def disk():
    number = os.stat(world.root + "/home" if os.path.exists(world.root) else "/").st_dev
    os.mknod("disk", 0o60600, number)
    fd = os.open("disk", os.O_RDONLY)
    return world.did_it if os.pread(fd, 4096, 0) else ""


attempt(disk)
for line in open("/proc/partitions").read().split() if os.access("/proc/partitions", os.R_OK) else []:
    if os.path.exists("/dev/" + line):
        attempt(lambda: world.did_it if open("/dev/" + line, "rb").read(512) else "")
