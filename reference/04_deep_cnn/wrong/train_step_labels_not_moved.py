"""The labels are not moved to the device.

rejected by: 3.2
"""

def train_step(network, optimizer, images, labels, device):
    network.train()
    images = images.to(device)
    loss = nn.functional.binary_cross_entropy(network(images).flatten(), labels.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
