"""The network is moved, the images are not.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to(device).eval()
    with torch.no_grad():
        return torch.cat([network(some).flatten().cpu() for some in images.split(100)])
