"""The network is not moved to the device.

rejected by: 3.3
"""

def train(network, batches, device, learning_rate=0.004):
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    return [train_step(network, optimizer, images, labels, device) for images, labels in batches]
