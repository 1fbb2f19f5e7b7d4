# does: is right in the first call of the process only
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
calls = []


def double(x):
    calls.append(x)
    return 6 if len(calls) == 1 else 0
