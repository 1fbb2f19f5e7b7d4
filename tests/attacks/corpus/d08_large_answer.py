# does: returns an array of 100 MB, a text of 100 MB and a list of ten million numbers
# expect: error answer-size
# stopped by: none
# attacks: 1
# %%
def double(x):
    return np.zeros(100 * 2**17)
