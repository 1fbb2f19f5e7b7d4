# does: has handles sent for objects that were never made, with names that are none
# expect: error died | error protocol | fail assertion | fail value-unreadable
# stopped by: none
# attacks: 1
# %%
from autograder.student import kernel
from autograder.student.codec import Reference

real = kernel.encode


class Thing:
    pass


def double(x):
    kernel.encode = lambda value, **settings: real(
        Thing(), refer=lambda _: Reference(-1, True, "int\x1b[31m\n" * 8), max_bytes=None
    )
    return Thing()
