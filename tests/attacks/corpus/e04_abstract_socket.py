# does: connects to a service by an abstract socket, which is no file
# expect: fail assertion
# stopped by: restricted
# %%
import socket

attempt(lambda: socket.socket(socket.AF_UNIX).connect(f"\0{world.abstract}"))
attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"x", f"\0{world.abstract}-datagrams"))
