# does: writes ten thousand files, and reads and removes some
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import os

for number in range(10_000):
    os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
assert len(os.listdir()) >= 10_000
