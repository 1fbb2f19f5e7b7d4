# does: raises its own limit of memory and keeps 600 MB
# expect: fail assertion | error memory | error raised | error timeout-call
# stopped by: none
# %%
import resource, time


def keep():
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    kept = bytes(1) * (600 * 2**20)
    kept = np.frombuffer(kept, np.uint8).copy()
    time.sleep(0.8)
    return world.did_it


def loot():
    return keep()
