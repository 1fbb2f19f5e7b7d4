# does: puts a link to the class in the place of its private folder
# expect: fail assertion
# stopped by: restricted
# %%
import os


def replace():
    mine = os.path.dirname(os.getcwd())
    os.rename(mine, mine + "-moved")
    os.symlink(world.classes, mine)


attempt(replace)
