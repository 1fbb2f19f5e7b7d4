# does: connects to a service by a socket in the file system
# expect: fail assertion
# stopped by: restricted
# %%
import socket

attempt(lambda: socket.socket(socket.AF_UNIX).connect(world.socket_path))
