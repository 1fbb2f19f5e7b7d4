# does: opens the canary by openat2, by open_by_handle_at, and by a descriptor of a folder
# expect: fail assertion
# stopped by: restricted
# %%
import ctypes, os, struct

libc = ctypes.CDLL(None, use_errno=True)


def openat2():
    how = struct.pack("QQQ", os.O_RDONLY, 0, 0)
    return os.read(libc.syscall(437, -100, world.canary.encode(), how, len(how)), 1000)


def by_handle():
    handle = ctypes.create_string_buffer(struct.pack("Ii", 120, 0), 128)
    mount = ctypes.c_int()
    libc.name_to_handle_at(-100, world.canary.encode(), handle, ctypes.byref(mount), 0)
    folder = os.open("/", os.O_RDONLY)
    return os.read(libc.open_by_handle_at(folder, handle, os.O_RDONLY), 1000)


def by_folder():
    folder = os.open(world.reference, os.O_PATH)
    return os.read(os.open("canary.txt", os.O_RDONLY, dir_fd=folder), 1000)


attempt(openat2)
attempt(by_handle)
attempt(by_folder)
