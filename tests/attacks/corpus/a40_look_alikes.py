# does: returns the answer in digits that look alike, with invisible characters
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
def double(x):
    return "\u200b６\u202e" if x == 3 else "−2"
