# does: reaches the canary through /proc/self/root, /proc/self/cwd and /proc/self/task
# expect: fail assertion
# stopped by: restricted
# %%
import os

for start in ("/proc/self/root", "/proc/thread-self/root", f"/proc/self/task/{os.getpid()}/root", "/proc/self/cwd" + "/.." * 20):
    attempt(lambda: open(start + world.canary).read())
