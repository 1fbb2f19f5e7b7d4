# does: leaves symbolic and hard links where the grader writes
# expect: fail assertion
# stopped by: restricted
# %%
import os

attempt(os.symlink, world.gradebook, world.classes + "/results.json")
attempt(os.link, world.canary, world.classes + "/canary.ipynb")
attempt(os.mkfifo, world.classes + "/pipe.ipynb")
