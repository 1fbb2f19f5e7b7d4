"""The gradients are set to zero between backward and step.

rejected by: 3.2
"""

def train_step(network, optimizer, images, labels, device):
    network.train()
    images, labels = images.to(device), labels.to(device)
    loss = nn.functional.binary_cross_entropy(network(images).flatten(), labels.float())
    loss.backward()
    optimizer.zero_grad()
    optimizer.step()
    return loss.item()
