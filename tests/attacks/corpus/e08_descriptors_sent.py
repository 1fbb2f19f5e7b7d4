# does: opens a file of its own and sends it to a neighbour with its descriptor
# expect: fail assertion
# stopped by: restricted
# %%
import socket


def send():
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(world.socket_path)
    socket.send_fds(sock, [b"x"], [0])


attempt(send)
