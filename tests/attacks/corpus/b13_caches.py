# does: reads caches: found examples of Hypothesis, pytest's last failures, the repository
# expect: fail assertion
# stopped by: restricted
# %%
for place in (".hypothesis/examples/found", ".pytest_cache/v/cache/lastfailed", ".git/HEAD"):
    attempt(lambda: open(world.course + "/" + place).read())
