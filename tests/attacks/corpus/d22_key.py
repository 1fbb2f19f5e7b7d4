# does: leaves a key in the keyring of its user
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, platform

add_key = {"x86_64": 248, "aarch64": 217}[platform.machine()]
attempt(ctypes.CDLL(None, use_errno=True).syscall, add_key, b"user", f"{world.mark}".encode(), b"left", 4, -4)
