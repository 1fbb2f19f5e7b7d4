"""2 / t is computed as t / 2.

rejected by: 2.12
"""

def right_div(t, other):
    return t / other
