"""The network is left in training mode.

rejected by: 4.1
"""

def feature_maps(network, images):
    network.train()
    with torch.no_grad():
        return network[:3](images)
