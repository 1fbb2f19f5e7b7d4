# does: searches all of its own memory, copied from the warm process, for secrets
# expect: fail assertion
# stopped by: none
# %%
import os, re


def scan():
    found = []
    memory = os.open("/proc/self/mem", os.O_RDONLY)
    for line in open("/proc/self/maps"):
        start, end = (int(part, 16) for part in line.split()[0].split("-"))
        if "rw" in line and end - start < 2**27:
            try:
                found += re.findall(rb"canary" + rb"-[0-9a-f]{24}", os.pread(memory, end - start, start))
            except OSError:
                pass
    return found


attempt(scan)
