# does: makes twenty thousand files
# expect: fail assertion
# stopped by: contained
# %%
import os


def many():
    for number in range(20_000):
        os.close(os.open(f"{number}", os.O_CREAT | os.O_WRONLY))
    return world.did_it


attempt(many)
