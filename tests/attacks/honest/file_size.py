# does: writes a file of 500 of 512 MiB
# expect: pass
# stopped by: nobody
# attacks: 1
# never on: metered
# %%
import os

with open("large", "wb") as file:
    os.posix_fallocate(file.fileno(), 0, 500 * 2**20)
os.unlink("large")
