# does: writes results when the process ends: atexit, finalizers, signals, a thread
# expect: fail assertion
# stopped by: restricted
# attacks: 1
# %%
import atexit, signal, threading, weakref


def forge(*_):
    open(world.results, "w").write('{"points": 100}')


class Kept:
    def __del__(self):
        forge()


kept = Kept()
atexit.register(forge)
weakref.finalize(kept, forge)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, forge)
threading.Timer(0.01, forge).start()


def double(x):
    import time

    time.sleep(0.1)
    return 7
