# does: has bytes sent as an answer that claim arrays of odd shapes and lists of billions of items
# expect: error protocol | error answer-size
# stopped by: none
# attacks: 1
# %%
from autograder.student import kernel

real = kernel.encode


def double(x):
    kernel.encode = lambda value, **settings: bytearray(b"l\xff\xff\xff\x7f" * 20 + real([[1.0]], **settings))
    return 2 * x
