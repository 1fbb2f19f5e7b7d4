# does: fills the kernel's memory with what stands in the sockets of many processes
# expect: fail assertion | error memory
# stopped by: restricted
# never on: none
# %%
import os, socket, time


def fill(writer):
    kept, total = [], 0
    try:
        while True:
            pair = socket.socketpair()
            kept += pair
            for end in pair:
                end.setblocking(False)
                try:
                    while True:
                        total += end.send(bytes(2**15))
                except BlockingIOError:
                    pass
    except OSError:
        os.write(writer, b"%12d" % total)
    time.sleep(3)


def together():
    reader, writer = os.pipe()
    for _ in range(12):
        if not os.fork():
            fill(writer)
            os._exit(0)
    os.close(writer)
    held, until = 0, time.monotonic() + 0.7
    while time.monotonic() < until and held < 300 * 2**20:
        held += int(os.read(reader, 12))
    time.sleep(0.3)
    return world.did_it if held >= 300 * 2**20 else held


attempt(together)
