# does: makes 17,000 files, a part in each of four cells
# expect: fail assertion
# stopped by: contained
# never on: none restricted
# %%
import os


def many(part):
    for number in range(4250):
        os.close(os.open(f"{part}-{number}", os.O_CREAT | os.O_WRONLY))
    return world.did_it if len(os.listdir()) >= 17_000 else part


attempt(many, 1)
# %%
attempt(many, 2)
# %%
attempt(many, 3)
# %%
attempt(many, 4)
