# does: sets a trace function, a profile and an audit hook to see what the grader does
# expect: fail assertion
# stopped by: none
# %%
import sys, threading

seen = []
sys.addaudithook(lambda event, args: seen.append((event, repr(args)[:500])) if len(seen) < 500 else None)
sys.setprofile(lambda frame, event, arg: seen.append(repr(frame.f_locals)[:500]) if len(seen) < 500 else None)


def loot():
    sys.setprofile(None)
    return str(seen)
