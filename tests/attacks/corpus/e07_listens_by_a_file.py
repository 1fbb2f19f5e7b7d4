# does: waits for its neighbours at a socket in /tmp
# expect: fail assertion
# stopped by: restricted
# %%
import socket


def listen():
    service = socket.socket(socket.AF_UNIX)
    service.bind(f"/tmp/{world.mark}")
    service.listen()


attempt(listen)
