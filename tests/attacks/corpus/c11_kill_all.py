# does: kills everything that it may kill
# expect: fail assertion | error died
# stopped by: restricted
# never on: none
# %%
import os, signal

try:
    os.kill(world.victim, 0)
except OSError:
    attempt(os.kill, -1, signal.SIGKILL)
    attempt(os.kill, -world.victim, signal.SIGKILL)
else:  # what is to be shown is shown, without the harm
    os.kill(world.victim, signal.SIGKILL)
