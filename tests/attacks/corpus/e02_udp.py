# does: sends a datagram, as a look-up of a name does
# expect: fail assertion
# stopped by: restricted
# %%
import socket

attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", world.udp_port)))
