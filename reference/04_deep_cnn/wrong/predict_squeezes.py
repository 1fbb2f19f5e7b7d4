"""squeeze takes away the axis of the images, too, where there is one image alone.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to(device).eval()
    with torch.no_grad():
        return torch.cat([network(some.to(device)).squeeze().cpu() for some in images.split(100)])
