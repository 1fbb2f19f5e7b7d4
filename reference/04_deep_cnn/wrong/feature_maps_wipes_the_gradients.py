"""The gradients that the parameters hold are set to zero, as in a training step.

rejected by: 4.1
"""

def feature_maps(network, images):
    network.eval()
    network.zero_grad()
    return network[:3](images).detach()
