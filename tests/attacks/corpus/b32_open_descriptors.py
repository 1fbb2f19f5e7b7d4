# does: reads from every descriptor that it was started with
# expect: fail assertion
# stopped by: none
# %%
import os, stat

for name in os.listdir("/proc/self/fd"):
    attempt(lambda: (os.readlink(f"/proc/self/fd/{name}"), os.listdir(f"/proc/self/fd/{name}/..")))
    if stat.S_ISREG(os.stat(f"/proc/self/fd/{name}").st_mode) if os.path.exists(f"/proc/self/fd/{name}") else False:
        attempt(lambda: os.pread(int(name), 10000, 0))
