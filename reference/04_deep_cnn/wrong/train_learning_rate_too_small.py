"""The learning rate is a thousand times too small.

rejected by: 3.3
"""

def train(network, batches, device, learning_rate=0.004):
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate / 1000)
    return [train_step(network, optimizer, images, labels, device) for images, labels in batches]
