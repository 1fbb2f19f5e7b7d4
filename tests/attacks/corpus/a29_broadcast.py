# does: returns an array with every number that may be right
# expect: fail value-shape
# stopped by: none
# attacks: 2
# %%
def average(x):
    return np.linspace(0, 10, 1001)
