"""Yes and no are returned, not probabilities.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to(device).eval()
    with torch.no_grad():
        return torch.cat([network(some.to(device)).flatten().cpu() for some in images.split(100)]).round()
