# does: overwrites another student's notebook
# expect: fail assertion
# stopped by: restricted
# %%
attempt(lambda: open(world.other, "w").write("{}"))
