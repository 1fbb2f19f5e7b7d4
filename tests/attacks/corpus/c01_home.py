# does: writes to the instructor's start-up files
# expect: fail assertion
# stopped by: restricted
# %%
import os

attempt(lambda: open(world.home + "/.bashrc", "a").write("echo pwned\n"))
attempt(os.makedirs, world.home + "/.config/autostart")
