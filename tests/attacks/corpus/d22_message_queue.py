# does: leaves a POSIX message queue
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

attempt(ctypes.CDLL(None, use_errno=True).mq_open, f"/{world.mark}".encode(), 0o102, 0o600, None)
