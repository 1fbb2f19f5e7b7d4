# does: kills the warm process that it was forked from
# expect: fail assertion
# stopped by: restricted
# %%
import glob, os, signal

for path in glob.glob("/proc/[0-9]*/cmdline"):
    try:
        number = int(path.split("/")[2])
        if number == os.getpid():  # it has the same command line
            continue
        if world.mark in open(path).read() + open(path.replace("cmdline", "environ")).read() and "student.zygote" in open(path).read():
            os.kill(number, signal.SIGKILL)
    except OSError:
        pass
