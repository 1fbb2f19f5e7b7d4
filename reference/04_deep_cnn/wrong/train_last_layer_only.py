"""Only the last layer is trained.

rejected by: 3.3
"""

def train(network, batches, device, learning_rate=0.004):
    network.to(device)
    optimizer = torch.optim.Adam(list(network.parameters())[-2:], lr=learning_rate)
    return [train_step(network, optimizer, images, labels, device) for images, labels in batches]
