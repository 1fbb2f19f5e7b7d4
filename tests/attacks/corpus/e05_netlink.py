# does: asks the kernel about the network by netlink
# expect: fail assertion
# stopped by: restricted
# %%
import socket

attempt(lambda: (socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0), world.did_it)[1])
