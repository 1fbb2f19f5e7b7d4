# does: reads all packets of the machine
# expect: fail assertion
# stopped by: restricted
# needs: root
# %%
import socket


def packets():
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x0300)
    return world.did_it


attempt(packets)
