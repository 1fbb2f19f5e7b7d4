# does: catches every exception and signal, and goes on
# expect: error timeout-call
# stopped by: none
# attacks: 1
# %%
import os, signal, time

for number in range(1, 65):
    try:
        signal.signal(number, lambda *_: None)
    except (OSError, ValueError):
        pass
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    except (OSError, ValueError):
        pass


def double(x):
    while True:
        try:
            time.sleep(10)
        except BaseException:
            pass
