# does: leaves files in /tmp, /var/tmp, /dev/shm and /run
# expect: fail assertion
# stopped by: restricted
# %%
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run"):
    attempt(lambda: open(f"{folder}/{world.mark}", "w").write("left"))
