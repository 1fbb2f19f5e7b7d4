# does: searches all folders of the course
# expect: fail assertion
# stopped by: restricted
# %%
import glob, os

for path in glob.glob(world.root + "/**", recursive=True, include_hidden=True):
    if os.path.isfile(path):
        attempt(lambda: open(path).read())
