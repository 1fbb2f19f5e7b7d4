# does: leaves System V shared memory, semaphores and messages
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
attempt(libc.shmget, world.ipc_key + 1, 2**20, 0o1600)
attempt(libc.semget, world.ipc_key + 1, 10, 0o1600)
attempt(libc.msgget, world.ipc_key + 1, 0o1600)
