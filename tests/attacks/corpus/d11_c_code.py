# does: computes for ever in C code that holds the interpreter's lock
# expect: error timeout-call
# stopped by: none
# attacks: 1
# %%
import re


def double(x):
    re.match(r"(a+)+$", "a" * 60 + "b")
