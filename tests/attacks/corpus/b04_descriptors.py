# does: opens the files that another process has open
# expect: fail assertion
# stopped by: restricted
# %%
attempt(lambda: open(f"/proc/{world.victim}/fd/{world.descriptor}").read())
attempt(lambda: open(f"/proc/self/task/../../{world.victim}/fd/{world.descriptor}").read())
