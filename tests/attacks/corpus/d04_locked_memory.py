# does: locks 100 MB in memory
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import ctypes, mmap

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p


def lock():
    address = libc.mmap(None, 100 * 2**20, 3, 0x22, -1, 0)
    return world.did_it if libc.mlock(ctypes.c_void_p(address), 100 * 2**20) == 0 else ""


attempt(lock)
