# does: kills the warm process that it was forked from
# expect: fail assertion
# stopped by: restricted
# %%
import glob, os, signal

for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        if world.mark in open(path).read() + open(path.replace("cmdline", "environ")).read() and "student.zygote" in open(path).read():
            os.kill(int(path.split("/")[2]), signal.SIGKILL)
    except OSError:
        pass
