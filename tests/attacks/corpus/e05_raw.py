# does: makes raw sockets, of ICMP and of its own packets
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import socket

attempt(lambda: (socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), world.did_it)[1])
