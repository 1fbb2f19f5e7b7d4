# does: leaves a process that lives on in a new child all the time
# expect: fail assertion | error died
# stopped by: restricted
# never on: none
# %%
import os


def runs_away():
    if os.fork() == 0:
        os.setsid()
        while True:
            if os.fork():
                os._exit(0)


attempt(runs_away)
