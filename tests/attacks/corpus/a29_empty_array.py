# does: returns an empty array, of which everything is true
# expect: fail value-shape
# stopped by: none
# attacks: 2
# %%
def average(x):
    return np.array([])
