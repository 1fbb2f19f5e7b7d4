# does: deletes the private folders of processes that run beside it
# expect: fail assertion
# stopped by: restricted
# %%
import glob, shutil

for path in glob.glob(world.tmp + "/neighbour*/*"):
    attempt(shutil.rmtree, path)
attempt(lambda: open(world.tmp + "/neighbour/planted.py", "w").write("x"))
