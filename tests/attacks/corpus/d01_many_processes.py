# does: has two hundred processes at once
# expect: fail assertion
# stopped by: restricted
# %%
import os, signal


def many():
    children = []
    try:
        for _ in range(200):
            child = os.fork()
            if not child:
                signal.pause()
            children.append(child)
    finally:
        alive = sum(os.waitpid(child, os.WNOHANG) == (0, 0) for child in children)
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return world.did_it if alive == 200 else alive


attempt(many)
