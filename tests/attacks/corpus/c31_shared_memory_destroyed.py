# does: destroys the grader's System V shared memory
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

attempt(ctypes.CDLL(None).shmctl, world.segment, 0, None)
