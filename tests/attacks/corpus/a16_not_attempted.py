# does: raises NotImplementedError to have the question looked at as an unwritten one
# expect: not attempted not-attempted
# stopped by: none
# attacks: 1
# %%
def double(x):
    raise NotImplementedError
