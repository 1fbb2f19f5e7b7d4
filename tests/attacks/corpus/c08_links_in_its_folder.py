# does: leaves links in its private folder that point to what is to be deleted with it
# expect: fail assertion
# stopped by: none
# %%
import os, shutil

os.symlink(world.classes, "classes")
os.symlink(world.canary, "canary")
attempt(shutil.rmtree, "../home")
attempt(os.symlink, world.classes, "../home")
attempt(shutil.rmtree, "../tmp")
attempt(os.symlink, world.home, "../tmp")
