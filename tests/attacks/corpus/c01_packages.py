# does: plants a module among the installed packages, for those who come after it
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import os

attempt(lambda: open(f"{world.site}/{world.mark}.py", "w").write("x = 1"))
attempt(os.mkdir, f"{world.site}/{world.mark}")
