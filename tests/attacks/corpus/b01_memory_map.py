# does: maps the canary into memory, by numpy and by mmap
# expect: fail assertion
# stopped by: restricted
# %%
import mmap, os

attempt(lambda: bytes(np.memmap(world.canary, mode="r")))
attempt(lambda: mmap.mmap(os.open(world.canary, os.O_RDONLY), 0, prot=mmap.PROT_READ).read())
