# does: sends an answer of one megabyte byte by byte
# expect: error timeout-call | error protocol
# stopped by: none
# attacks: 1
# %%
import gc, struct, time

channels = [thing for thing in gc.get_objects() if type(thing).__name__ == "StudentChannel"]


def double(x):
    for byte in struct.pack("<BQI", 17, 0, 10**6) + bytes(1000):
        channels[0]._socket.sendall(bytes([byte]))
        time.sleep(0.1)
