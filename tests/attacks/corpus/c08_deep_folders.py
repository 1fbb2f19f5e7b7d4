# does: leaves folders nested three thousand deep
# expect: fail assertion
# stopped by: none
# %%
import os

for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
open("bottom", "w").close()
