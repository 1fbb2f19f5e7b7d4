"""What leaves max pooling is shown.

rejected by: 4.1
"""

def feature_maps(network, images):
    network.eval()
    with torch.no_grad():
        return network[:4](images)
