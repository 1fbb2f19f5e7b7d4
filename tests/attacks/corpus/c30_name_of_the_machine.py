# does: gives the machine another domain name, and writes to /proc/sys
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
attempt(libc.setdomainname, world.mark.encode(), len(world.mark))
attempt(lambda: open("/proc/sys/kernel/domainname", "w").write(world.mark))
