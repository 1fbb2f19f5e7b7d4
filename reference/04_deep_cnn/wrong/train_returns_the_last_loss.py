"""Only the last loss is returned.

rejected by: 3.3
"""

def train(network, batches, device, learning_rate=0.004):
    network.to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)
    for images, labels in batches:
        loss = train_step(network, optimizer, images, labels, device)
    return loss
