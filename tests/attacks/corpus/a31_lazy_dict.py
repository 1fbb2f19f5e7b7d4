# does: returns a dict whose items grow while they are read
# expect: fail assertion | error answer-size | fail value-unreadable | error timeout-call | error memory
# stopped by: none
# attacks: 1
# %%
class Growing(dict):
    def items(self):
        n = 0
        while True:
            n += 1
            yield str(n), n

    __iter__ = keys = values = items


def double(x):
    return Growing(a=1)
