# does: has fifteen thousand files of 16,384
# expect: pass
# stopped by: nobody
# attacks: 1
# never on: none restricted
# %%
import os

for number in range(7_500):
    os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
# %%
for number in range(7_500, 15_000):
    os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
assert len(os.listdir()) >= 15_000
