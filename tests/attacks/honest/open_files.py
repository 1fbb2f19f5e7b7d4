# does: has two hundred files open
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
files = [open(f"file{number}", "w") for number in range(200)]


def double(x):
    for file in files:
        file.write(str(x))
    return 2 * x
