# does: reads a secret out of the table of the machine's sockets
# expect: fail assertion
# stopped by: contained
# %%
for path in ("/proc/net/unix", "/proc/self/net/unix", "/proc/thread-self/net/unix"):
    attempt(lambda: open(path).read())
