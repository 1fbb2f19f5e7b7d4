# does: reads another student's notebook, and the folder of one that runs beside it
# expect: fail assertion
# stopped by: restricted
# %%
import glob

attempt(lambda: open(world.other).read())
for path in glob.glob(world.tmp + "/*/work/*"):
    attempt(lambda: open(path).read())
