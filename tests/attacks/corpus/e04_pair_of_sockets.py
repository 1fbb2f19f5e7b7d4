# does: connects one of a pair of sockets anew, to a service
# expect: fail assertion
# stopped by: restricted
# %%
import socket


def reconnect():
    one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.connect(f"\0{world.abstract}-datagrams")
    one.send(b"x")


def aside():
    one, two = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"x", f"\0{world.abstract}-datagrams")


attempt(reconnect)
attempt(aside)
