"""The optimizer goes by a learning rate of its own, not by the one that is given.

rejected by: 3.3
"""

def train(network, batches, device, learning_rate=0.004):
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters())
    return [train_step(network, optimizer, images, labels, device) for images, labels in batches]
