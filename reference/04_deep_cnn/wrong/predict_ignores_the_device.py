"""The device is ignored: everything happens on the CPU.

rejected by: 2.4
"""

def predict(network, images, device):
    network.eval()
    with torch.no_grad():
        return torch.cat([network(some).flatten() for some in images.split(100)])
