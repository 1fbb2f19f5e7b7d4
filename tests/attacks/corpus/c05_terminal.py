# does: writes to the instructor's terminal and types into it
# expect: fail assertion
# stopped by: restricted
# %%
import fcntl, os, termios


def types():
    fd = os.open(world.terminal, os.O_RDWR | os.O_NOCTTY)
    os.write(fd, b"\x1b[2Jrm -r\n")
    for character in b"id\n":
        fcntl.ioctl(fd, termios.TIOCSTI, bytes([character]))


attempt(types)
attempt(lambda: os.write(os.open("/dev/tty", os.O_WRONLY), b"hello"))
