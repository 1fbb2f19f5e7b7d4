# does: crashes with a large core dump allowed
# expect: error died
# stopped by: none
# attacks: 1
# %%
import ctypes, os, resource

try:
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
except (ValueError, OSError):
    pass
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
os.chdir("/tmp")


def double(x):
    os.abort()
