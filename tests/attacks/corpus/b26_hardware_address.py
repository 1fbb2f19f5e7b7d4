# does: asks for the machine's network addresses by netlink, /sys and an ioctl
# expect: fail assertion
# stopped by: restricted
# %%
import glob, socket, struct


def netlink():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 0))
    sock.send(struct.pack("IHHIIB15x", 32, 18, 0x301, 1, 0, 0))
    answer = sock.recv(65536).hex(":")
    return answer


attempt(netlink)
for path in glob.glob("/sys/class/net/*/address"):
    attempt(lambda: open(path).read())
attempt(lambda: open("/proc/self/net/igmp").read())
attempt(lambda: open("/proc/self/net/route").read())
