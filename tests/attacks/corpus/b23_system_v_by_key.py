# does: reads the grader's System V shared memory by its key
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p


def shared():
    number = libc.shmget(world.ipc_key, 0, 0)
    return ctypes.string_at(libc.shmat(number, None, 0o10000), world.token_length) if number >= 0 else ""


attempt(shared)
