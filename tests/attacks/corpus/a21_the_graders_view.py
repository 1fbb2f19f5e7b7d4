# does: returns the grader's own view of the notebook and its functions
# expect: fail value-unreadable | fail assertion
# stopped by: none
# attacks: 1
# %%
import gc


def double(x):
    return next(thing for thing in gc.get_objects() if type(thing).__name__ == "Names")
