# does: deletes and renames what belongs to the course
# expect: fail assertion
# stopped by: restricted
# %%
import os, shutil

attempt(os.unlink, world.canary)
attempt(os.rename, world.course, world.course + "-gone")
attempt(shutil.rmtree, world.classes)
