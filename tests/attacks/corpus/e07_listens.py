# does: waits for connections from its neighbours
# expect: fail assertion
# stopped by: restricted
# %%
import socket


def listen():
    service = socket.create_server(("0.0.0.0", 0))
    socket.create_connection(("127.0.0.1", service.getsockname()[1]), 0.5)
    service.accept()
    return world.did_it


attempt(listen)
