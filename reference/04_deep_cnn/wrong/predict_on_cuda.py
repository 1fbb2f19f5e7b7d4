"""The device is written into the code.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to("cuda").eval()
    with torch.no_grad():
        return torch.cat([network(some.to("cuda")).flatten().cpu() for some in images.split(100)])
