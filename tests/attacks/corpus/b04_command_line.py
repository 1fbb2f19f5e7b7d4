# does: reads the command lines of all processes
# expect: fail assertion
# stopped by: restricted
# %%
import glob

attempt(lambda: open(f"/proc/{world.victim}/cmdline").read())
try:
    import psutil

    attempt(lambda: psutil.Process(world.victim).cmdline())
except ImportError:
    pass
