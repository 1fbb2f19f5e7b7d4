# does: prints without end
# expect: error output
# stopped by: none
# attacks: 1
# %%
def double(x):
    while True:
        print("x" * 10**5)
