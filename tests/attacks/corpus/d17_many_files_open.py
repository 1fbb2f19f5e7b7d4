# does: has a thousand files open
# expect: fail assertion
# stopped by: restricted
# %%
import os, resource


def many():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(1000)]
    for file in files:
        os.close(file)
    return world.did_it


attempt(many)
