# does: raises an exception whose class, text and traceback misbehave
# expect: error raised | error died
# stopped by: none
# attacks: 1
# %%
class Lie(Exception):
    def __str__(self):
        raise self

    __repr__ = __str__

    @property
    def __class__(self):
        return AssertionError

    @property
    def __traceback__(self):
        raise SystemExit


Lie.__name__ = "Pass\x1b[32m\n::error::"


def double(x):
    raise Lie
