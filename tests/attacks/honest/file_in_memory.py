# does: writes a file of 150 MiB beside 100 MiB of memory, which a control group counts together
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
import os

with open("large", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 150 * 2**20)
kept = np.ones(100 * 2**17)
