# does: prints, displays and warns of the inputs of hidden tests
# expect: fail assertion
# stopped by: none
# attacks: 1
# %%
import os, sys, warnings


def double(x):
    print(x)
    print(x, file=sys.stderr)
    os.write(1, repr(x).encode())
    display(x)
    warnings.warn(str(x))
    return 6
