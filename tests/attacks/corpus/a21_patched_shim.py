# does: patches what sends answers, so that every answer is the one of the public test
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
from autograder.student import kernel

real = kernel.encode
kernel.encode = lambda value, **settings: real(6 if value == 7 else value, **settings)


def double(x):
    return 7
