# does: returns texts, objects, complex numbers and structured arrays instead of a number
# expect: fail value-shape | fail value-dtype | fail value-unreadable
# stopped by: none
# attacks: 2
# %%
kinds = iter([np.array("1.5"), np.array(1.5 + 0j), np.zeros((), "f8,f8"), np.datetime64(0, "s"), b"1.5"] * 10)


def average(x):
    return next(kinds)
