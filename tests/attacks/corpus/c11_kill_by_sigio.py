# does: has the kernel send another process a signal when a pipe can be read
# expect: fail assertion
# stopped by: restricted
# %%
import fcntl, os, signal, socket


def sigio():
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETOWN, world.victim)
    fcntl.fcntl(reader, 10, signal.SIGKILL)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_ASYNC)
    os.write(writer, b"x")


def sigio_of_sockets():
    one, two = socket.socketpair()
    fcntl.ioctl(one, 0x8901, world.victim.to_bytes(4, "little"))
    fcntl.fcntl(one, fcntl.F_SETFL, os.O_ASYNC)
    two.send(b"x")


attempt(sigio)
attempt(sigio_of_sockets)
