"""Evaluation mode is forgotten.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to(device)
    with torch.no_grad():
        return torch.cat([network(some.to(device)).flatten().cpu() for some in images.split(100)])
