# does: returns a list of ten million numbers that is one object
# expect: error answer-size
# stopped by: none
# attacks: 1
# %%
def double(x):
    return [0] * 10_000_000
