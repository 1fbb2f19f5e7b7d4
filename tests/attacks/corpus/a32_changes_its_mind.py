# does: answers 2x or 0 by turns
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
from itertools import count

turn = count()


def double(x):
    return 2 * x if next(turn) % 2 == 0 else 0
