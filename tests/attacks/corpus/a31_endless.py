# does: returns a generator without end
# expect: fail value-unreadable
# stopped by: none
# attacks: 1
# %%
def double(x):
    while True:
        yield 6
