# does: fills the kernel's memory with what stands in pipes
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import fcntl, os


def fill():
    kept = []
    for _ in range(200):
        reader, writer = os.pipe()
        fcntl.fcntl(writer, 1031, 2**20)
        os.set_blocking(writer, False)
        kept.append(os.write(writer, bytes(2**20)))
    return world.did_it if sum(kept) > 100 * 2**20 else sum(kept)


attempt(fill)
