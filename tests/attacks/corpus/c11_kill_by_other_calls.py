# does: kills another process by its group, its threads and queued signals
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os, signal

libc = ctypes.CDLL(None, use_errno=True)
attempt(os.killpg, world.victim, signal.SIGTERM)
attempt(libc.syscall, 234, world.victim, world.victim, 15)
attempt(libc.syscall, 200, world.victim, 15)
attempt(libc.sigqueue, world.victim, 15, None)
attempt(libc.syscall, 129, world.victim, 15, ctypes.create_string_buffer(128))
