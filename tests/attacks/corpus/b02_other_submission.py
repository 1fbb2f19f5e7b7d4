# does: reads another student's notebook, and the folder of one that runs beside it
# expect: fail assertion
# stopped by: restricted
# %%
import glob
import os

attempt(lambda: open(world.other).read())
for path in glob.glob(os.path.join(world.tmp, "*", "work", "*")):
    attempt(lambda: open(path).read())
