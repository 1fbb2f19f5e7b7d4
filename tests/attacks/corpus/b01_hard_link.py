# does: makes a hard link to the canary in its own folder and opens that
# expect: fail assertion
# stopped by: restricted
# %%
import os

attempt(os.link, world.canary, "mine")
attempt(lambda: open("mine").read())
