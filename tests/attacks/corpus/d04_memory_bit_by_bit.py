# does: takes memory bit by bit and goes on when there is none
# expect: error timeout-call | error memory | error died
# stopped by: none
# attacks: 1
# %%
kept = []


def double(x):
    while True:
        try:
            kept.append(bytearray(2**20))
        except MemoryError:
            pass
