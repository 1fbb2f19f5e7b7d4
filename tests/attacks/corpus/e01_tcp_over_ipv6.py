# does: connects by IPv6, and by IPv4 in disguise
# expect: fail assertion
# stopped by: restricted
# %%
import socket

attempt(lambda: socket.create_connection(("::1", world.port6), 0.5))
attempt(lambda: socket.create_connection(("::ffff:127.0.0.1", world.port), 0.5))
