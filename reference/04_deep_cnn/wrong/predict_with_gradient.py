"""The gradient is recorded, for nothing.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to(device).eval()
    return torch.cat([network(some.to(device)).flatten().cpu() for some in images.split(100)])
