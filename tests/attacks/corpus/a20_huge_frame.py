# does: announces an answer of 4 GB and sends nothing of it
# expect: error answer-size | error protocol
# stopped by: none
# attacks: 1
# %%
import gc, struct, time

channels = [thing for thing in gc.get_objects() if type(thing).__name__ == "StudentChannel"]


def double(x):
    channels[0]._socket.sendall(struct.pack("<BQI", 17, 0, 2**32 - 1) + b"x" * 1000)
    time.sleep(10)
