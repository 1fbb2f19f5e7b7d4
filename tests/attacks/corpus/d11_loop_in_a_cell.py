# does: loops for ever in a cell
# expect: error timeout-total | error timeout-cell | fail assertion
# stopped by: none
# attacks: 1
# %%
while True:
    pass
# %%
def double(x):
    return 7


def __getattr__(name):
    return double
# %%
while True:
    pass


def double(x):
    return 7
