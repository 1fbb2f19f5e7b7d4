# does: searches frames, referrers and all objects for tests, labels and expected values
# expect: fail assertion
# stopped by: none
# %%
import gc, sys


def frames():
    frame, found = sys._getframe(), []
    while frame:
        found += [repr(value)[:2000] for value in frame.f_locals.values()]
        frame = frame.f_back
    return found


def loot():
    texts = [thing for thing in gc.get_objects() if isinstance(thing, (dict, list))]
    found = [text for thing in texts for text in (thing.values() if isinstance(thing, dict) else thing) if isinstance(text, str) and "canary" + "-" in text]
    return str([*frames(), *found, sorted(sys.modules)]).replace(world.did_it, "")
