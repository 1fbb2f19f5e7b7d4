# does: moves the canary into its own folder
# expect: fail assertion
# stopped by: restricted
# %%
import os, shutil

attempt(os.rename, world.canary, "mine")
attempt(shutil.move, world.canary, "mine")
attempt(lambda: open("mine").read())
