# does: has a hundred processes at once
# expect: pass
# stopped by: nobody
# attacks: 1
# never on: restricted
# %%
import os, signal

children = []
for _ in range(100):
    child = os.fork()
    if child == 0:
        signal.pause()
    children.append(child)
for child in children:
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
