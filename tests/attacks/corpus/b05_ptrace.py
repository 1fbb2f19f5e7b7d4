# does: attaches to another process and reads its memory
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long


def memory():
    assert libc.ptrace(16, world.victim, None, None) == 0
    os.waitpid(world.victim, 0x40000000)
    words = []
    for offset in range(0, world.token_length + 8, 8):
        words.append(ctypes.c_uint64(libc.ptrace(2, world.victim, ctypes.c_void_p(world.address + offset), None)).value.to_bytes(8, "little"))
    libc.ptrace(17, world.victim, None, None)
    return b"".join(words)


attempt(memory)
