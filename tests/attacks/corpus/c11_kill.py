# does: kills another process
# expect: fail assertion
# stopped by: restricted
# %%
import os, signal

attempt(os.kill, world.victim, signal.SIGKILL)
