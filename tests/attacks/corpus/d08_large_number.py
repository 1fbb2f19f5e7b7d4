# does: returns a number of a million digits, which takes long to print
# expect: fail value-unreadable
# stopped by: none
# attacks: 1
# %%
def double(x):
    return 1 << 3_000_000
