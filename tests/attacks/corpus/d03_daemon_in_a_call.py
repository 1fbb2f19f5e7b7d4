# does: leaves daemons from a call of a test, each of which starts another one
# expect: error died | error raised
# stopped by: none
# attacks: 1
# %%
import os, time


def double(x):
    for _ in range(5):
        if os.fork() == 0:
            os.setsid()
            if os.fork():
                os._exit(0)
            for _ in range(3):
                if os.fork() == 0:
                    os.setsid()
            time.sleep(600)
    os._exit(0)
