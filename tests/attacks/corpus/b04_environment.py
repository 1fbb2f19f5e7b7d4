# does: reads the environment of all processes
# expect: fail assertion
# stopped by: restricted
# %%
import glob

for path in glob.glob("/proc/[0-9]*/environ"):
    attempt(lambda: [part for part in open(path, "rb").read().split(b"\0") if b"CANARY" in part])
