# does: raises an exception with a text of 100 MB and a hundred thousand causes
# expect: error raised
# stopped by: none
# attacks: 1
# %%
def double(x):
    error = ValueError("x" * 10**8)
    for _ in range(10_000):
        cause, error = error, ValueError("y")
        error.__cause__ = cause
    raise error
