"""The batch goes through the network in training mode first, which moves the running statistics.

rejected by: 4.1
"""

def feature_maps(network, images):
    with torch.no_grad():
        network.train()(images)
        return network.eval()[:3](images)
