# does: opens the canary by a system call of the 32-bit kind, which has other numbers
# expect: fail assertion | error cell-raised | error missing | error died
# stopped by: restricted
# %%
import ctypes, os, platform


def open_by_int_80():
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    page = libc.mmap(None, 8192, 7, 0x22 | 0x40, -1, 0)  # below 4 GB
    path = page + 4096
    ctypes.memmove(path, world.canary.encode() + b"\0", len(world.canary) + 1)
    # push rbx; mov eax, 5; mov ebx, path; xor ecx, ecx; xor edx, edx; int 0x80; pop rbx; ret
    code = b"\x53\xb8\x05\0\0\0\xbb" + path.to_bytes(4, "little") + b"\x31\xc9\x31\xd2\xcd\x80\x5b\xc3"
    ctypes.memmove(page, code, len(code))
    return os.read(ctypes.CFUNCTYPE(ctypes.c_int)(page)(), 1000)


attempt(open_by_int_80)
