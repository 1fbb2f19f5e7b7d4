# does: loops for ever in a call
# expect: error timeout-call
# stopped by: none
# attacks: 1
# %%
def double(x):
    while True:
        pass
