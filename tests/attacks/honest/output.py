# does: prints 1,000,000 of 1,048,576 bytes in a cell and in calls
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
print("x" * 999_000)
# %%
import os


def double(x):
    print("x" * 500_000)
    os.write(1, b"x" * 490_000)
    return 2 * x
