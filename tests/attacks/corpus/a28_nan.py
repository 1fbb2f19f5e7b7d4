# does: returns nan, which no comparison objects to
# expect: fail assertion
# stopped by: none
# attacks: 2
# %%
def average(x):
    return float("nan")
