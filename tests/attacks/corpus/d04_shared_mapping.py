# does: keeps 600 MB in shared mappings
# expect: fail assertion
# stopped by: none
# %%
import mmap, time


def keep():
    maps = [mmap.mmap(-1, 100 * 2**20) for _ in range(6)]
    for block in maps:
        block.write(bytes(100 * 2**20))
    time.sleep(0.8)
    return world.did_it


attempt(keep)
