# does: raises an exception that holds the input of a hidden test
# expect: error raised
# stopped by: none
# attacks: 1
# %%
def double(x):
    if x != 3:
        raise ValueError(f"the input was {x!r}")
    return 6
