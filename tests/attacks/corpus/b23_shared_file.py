# does: reads the grader's files in /dev/shm
# expect: fail assertion
# stopped by: restricted
# %%
import os
from multiprocessing import shared_memory

attempt(lambda: open(world.shared_file).read())
attempt(lambda: bytes(shared_memory.SharedMemory(os.path.basename(world.shared_file)).buf))
