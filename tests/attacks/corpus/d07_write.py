# does: writes to descriptors 1 and 2 without end, past Python
# expect: error output
# stopped by: none
# attacks: 1
# %%
import os


def double(x):
    while True:
        os.write(1, b"x" * 10**5)
        os.write(2, b"x" * 10**5)
