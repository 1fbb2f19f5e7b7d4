# does: locks the gradebook, so that the grader has to wait
# expect: fail assertion
# stopped by: restricted
# %%
import fcntl, os


def lock():
    fd = os.open(world.gradebook, os.O_RDWR)
    fcntl.lockf(fd, fcntl.LOCK_EX)
    return world.did_it


attempt(lock)
