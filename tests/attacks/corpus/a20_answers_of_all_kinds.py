# does: answers a call with a frame of another kind: ready, output, an unknown one
# expect: error protocol
# stopped by: none
# attacks: 1
# %%
import gc

channels = [thing for thing in gc.get_objects() if type(thing).__name__ == "StudentChannel"]
call = [0]
for channel in channels:
    send = type(channel).send
    type(channel).send = lambda self, kind, number, body: (call.__setitem__(0, number), send(self, kind, number, body))


def double(x):
    for kind in (16, 255, 1, 0):
        send(channels[0], kind, call[0], b"\x06")
    return 6
