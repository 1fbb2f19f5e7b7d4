"""The weights are those of a network that was never trained.

rejected by: 3.4
"""

def make_weights(seed=0):
    torch.manual_seed(seed)
    return make_network()
