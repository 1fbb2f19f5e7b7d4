# does: raises unittest.SkipTest, which pytest takes as a skip
# expect: error raised
# stopped by: none
# attacks: 1
# %%
import unittest


def double(x):
    raise unittest.SkipTest("not today")
