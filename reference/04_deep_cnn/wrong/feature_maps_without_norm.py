"""Batch norm is left out.

rejected by: 4.1
"""

def feature_maps(network, images):
    with torch.no_grad():
        return network[0](images).relu()
