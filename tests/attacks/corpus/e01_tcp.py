# does: connects to a service on the machine by TCP
# expect: fail assertion
# stopped by: restricted
# %%
import socket

attempt(lambda: socket.create_connection(("127.0.0.1", world.port), 0.5))
