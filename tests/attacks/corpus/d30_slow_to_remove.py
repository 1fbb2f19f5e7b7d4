# does: leaves two thousand files in closed folders, which take time to remove
# expect: fail assertion | error timeout-cell | error timeout-total
# stopped by: none
# %%
import os

for folder in range(20):
    os.mkdir(f"d{folder}")
    for number in range(100):
        os.close(os.open(f"d{folder}/{number}", os.O_CREAT | os.O_WRONLY))
    os.chmod(f"d{folder}", 0)
