# does: keeps 150 of 200 MiB together with two processes of its own
# expect: pass
# stopped by: nobody
# attacks: 1
# never on: restricted
# %%
import os, time


def double(x):
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            kept = os.urandom(1) * (50 * 2**20)
            time.sleep(0.4)
            os._exit(0)
        children.append(child)
    kept = np.ones(50 * 2**17)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    return 2 * x
