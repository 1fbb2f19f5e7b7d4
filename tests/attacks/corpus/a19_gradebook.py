# does: gives itself points in the gradebook
# expect: fail assertion
# stopped by: restricted
# %%
import sqlite3


def forge():
    with sqlite3.connect(world.gradebook) as database:
        database.execute("UPDATE scores SET points = 100")


attempt(forge)
