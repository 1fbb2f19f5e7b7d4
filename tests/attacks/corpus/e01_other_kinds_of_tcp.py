# does: connects without connect(): fast open, and multipath TCP
# expect: fail assertion
# stopped by: restricted
# %%
import socket


def fast_open():
    sock = socket.socket(socket.AF_INET)
    sock.settimeout(0.5)
    sock.sendto(b"x", 0x20000000, ("127.0.0.1", world.port))


def multipath():
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262)
    sock.settimeout(0.5)
    sock.connect(("127.0.0.1", world.port))


attempt(fast_open)
attempt(multipath)
