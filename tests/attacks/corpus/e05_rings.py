# does: makes a ring of io_uring, by which system calls pass a filter
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

attempt(lambda: world.did_it if ctypes.CDLL(None).syscall(425, 1, ctypes.create_string_buffer(120)) >= 0 else "")
