# does: reaches the canary through /proc/PID/root and /proc/PID/cwd of a process outside
# expect: fail assertion
# stopped by: restricted
# %%
for start in (f"/proc/{world.victim}/root{world.canary}", f"/proc/{world.victim}/cwd/canary.txt", f"/proc/self/../{world.victim}/cwd/canary.txt"):
    attempt(lambda: open(start).read())
