# does: has two hundred processes at once, which share its memory: to copy it so often takes long
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os, signal

libc = ctypes.CDLL(None, use_errno=True)
libc.clone.argtypes = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
stacks = ctypes.create_string_buffer(200 * 8192)
middle = ctypes.addressof(stacks) + 4096 & ~15
CLONE_VM = 0x100


def many():
    children = []
    for number in range(200):
        child = libc.clone(libc.pause, middle + 8192 * number, CLONE_VM | signal.SIGCHLD, None)
        if child < 0:
            break
        children.append(child)
    alive = sum(os.waitpid(child, os.WNOHANG) == (0, 0) for child in children)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return world.did_it if alive == 200 else f"{alive}: {os.strerror(ctypes.get_errno())}"


attempt(many)
