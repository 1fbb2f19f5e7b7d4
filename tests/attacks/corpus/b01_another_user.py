# does: becomes root again, or gives itself capabilities, and opens the canary
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os

attempt(os.setresuid, 0, 0, 0)
attempt(os.setresgid, 0, 0, 0)
attempt(ctypes.CDLL(None).syscall, 126, (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[2**32 - 1] * 6))
attempt(lambda: open(world.canary).read())
