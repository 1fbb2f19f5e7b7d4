# does: makes a symbolic link to the canary in its own folder and opens that
# expect: fail assertion
# stopped by: restricted
# %%
import os

attempt(os.symlink, world.canary, "mine")
attempt(os.symlink, "/", "root")
attempt(lambda: open("mine").read())
attempt(lambda: open("root" + world.canary).read())
