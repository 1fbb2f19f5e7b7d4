# does: sends to another service over the socket of the channel
# expect: fail assertion | error died | error protocol
# stopped by: none
# %%
import os, socket, stat

for name in os.listdir("/proc/self/fd"):
    try:
        if int(name) > 2 and stat.S_ISSOCK(os.fstat(int(name)).st_mode):
            channel = socket.socket(fileno=os.dup(int(name)))
            attempt(channel.connect, f"\0{world.abstract}")
    except OSError:
        pass
