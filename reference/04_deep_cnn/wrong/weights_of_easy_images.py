"""The network was trained with images that hold an angle or nothing, so it has learned to find lines.

rejected by: 3.4
"""

def make_weights(seed=0):
    torch.manual_seed(seed)
    network = make_network()
    train(network, fresh_batches(60, seed, others=["nothing"]), device)
    return network
