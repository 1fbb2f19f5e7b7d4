# does: overwrites the results' file
# expect: fail assertion
# stopped by: restricted
# %%
attempt(lambda: open(world.results, "w").write('{"points": 100}'))
