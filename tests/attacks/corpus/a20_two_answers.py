# does: has each answer sent twice, the second one for a call that is still to come
# expect: error protocol
# stopped by: none
# attacks: 1
# %%
import gc


def twice():
    for thing in gc.get_objects():
        if type(thing).__name__ == "StudentChannel":
            kind_of = type(thing)
            send = kind_of.send
            kind_of.send = lambda self, *frame: (send(self, *frame), send(self, frame[0], frame[1] + 1, frame[2]))


def double(x):
    twice()
    return 2 * x
