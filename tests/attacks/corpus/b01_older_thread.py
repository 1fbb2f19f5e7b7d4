# does: reads the canary from another thread and from a forked child
# expect: fail assertion
# stopped by: restricted
# %%
import os, threading


def read():
    attempt(lambda: open(world.canary).read())


def child():
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            os.write(writer, open(world.canary, "rb").read())
        finally:
            os._exit(0)
    os.close(writer)
    return os.read(reader, 1000)


thread = threading.Thread(target=read)
thread.start()
thread.join()
attempt(child)
