# does: writes the inputs of hidden tests to a file for the next time
# expect: fail assertion
# stopped by: restricted
# attacks: 1
# %%
def double(x):
    for path in (world.home + "/inputs", "inputs", f"{world.tmp}/inputs"):
        try:
            with open(path, "a") as file:
                file.write(f"{x}\n")
        except OSError:
            pass
    return 6
