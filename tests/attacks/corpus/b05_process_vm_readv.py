# does: reads the memory of another process by process_vm_readv
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def memory():
    buffer = ctypes.create_string_buffer(world.token_length)
    mine = Vector(ctypes.addressof(buffer), world.token_length)
    theirs = Vector(world.address, world.token_length)
    libc.process_vm_readv(world.victim, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0)
    return buffer.raw


attempt(memory)
