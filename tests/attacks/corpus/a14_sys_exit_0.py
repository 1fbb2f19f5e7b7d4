# does: raises SystemExit(0) in a call
# expect: error raised
# stopped by: none
# attacks: 1
# %%
import sys


def double(x):
    sys.exit(0)
