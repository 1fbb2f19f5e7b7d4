# does: changes mode and owner by O_PATH descriptors and by /proc/self/fd
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
attempt(lambda: os.chmod(f"/proc/self/fd/{os.open(world.hidden_tests, os.O_PATH)}", 0o777))
attempt(lambda: libc.syscall(452, os.open(world.canary, os.O_PATH), b"", 0o777, 0x1000))
attempt(lambda: libc.syscall(260, os.open(world.canary, os.O_PATH), b"", 12345, 12345, 0x1000))
attempt(lambda: libc.fchmodat(-100, world.other.encode(), 0o777, 0))
attempt(lambda: libc.syscall(463, -100, world.other.encode(), 0, b"user.x", (ctypes.c_uint64 * 2)(ctypes.addressof(ctypes.create_string_buffer(b"x")), 1), 16))
