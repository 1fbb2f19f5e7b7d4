# does: keeps and changes the arrays that it is given, to change them for the grader
# expect: fail assertion
# stopped by: none
# attacks: 2
# %%
def average(x):
    x[...] = 0.0
    return 0.0
