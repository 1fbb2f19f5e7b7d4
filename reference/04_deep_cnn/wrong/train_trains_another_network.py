"""A new network is trained, not the one that was given.

rejected by: 3.3
"""

def train(network, batches, device, learning_rate=0.004):
    network = make_network().to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    return [train_step(network, optimizer, images, labels, device) for images, labels in batches]
