# does: returns a text of 1,048,500 of 1,048,576 bytes
# expect: fail assertion
# stopped by: nobody
# attacks: 3
# %%
def loot():
    return "x" * 1_048_500
