# does: leaves POSIX shared memory and a named semaphore
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes
from multiprocessing import shared_memory

attempt(shared_memory.SharedMemory, world.mark, create=True, size=2**20)
attempt(ctypes.CDLL("libc.so.6").sem_open, f"/{world.mark}".encode(), 0o100, 0o600, 1)
