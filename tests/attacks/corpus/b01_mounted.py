# does: makes namespaces and mounts to see what was hidden
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)


def mount():
    assert libc.unshare(0x10000000 | 0x20000) == 0 or libc.unshare(0x20000) == 0
    libc.mount(None, b"/", None, 16384 | 1 << 18, None)
    os.mkdir("there")
    libc.mount(b"/", b"there", None, 4096 | 16384, None)
    return open("there" + world.canary).read()


attempt(mount)
attempt(lambda: (os.chroot("/proc/self/root"), open(world.canary).read()))
attempt(lambda: open(world.canary).read())
