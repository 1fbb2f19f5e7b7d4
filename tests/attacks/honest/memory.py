# does: keeps 170 of 200 MiB
# expect: pass
# stopped by: nobody
# attacks: 1
# %%
kept = np.ones(120 * 2**17)
# %%
def double(x):
    more = np.ones(50 * 2**17)
    return 2 * x
