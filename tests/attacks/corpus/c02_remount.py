# does: makes a user namespace or uses privileges to make read-only mounts writable
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


def remount():
    if libc.unshare(0x10000000 | 0x20000):
        libc.unshare(0x20000)
    libc.mount(None, b"/", None, 16384 | 1 << 18, None)
    for path in ("/", world.site, "/usr/lib"):
        libc.mount(None, path.encode(), None, 32 | 4096, None)
    libc.syscall(442, -100, b"/", 0x8000, (ctypes.c_uint64 * 4)(0, 1, 0, 0), 32)
    open(world.results, "w").write("forged")
    open(f"{world.site}/{world.mark}.py", "w").write("x = 1")


attempt(remount)
