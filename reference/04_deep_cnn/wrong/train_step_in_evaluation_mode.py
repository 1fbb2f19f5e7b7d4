"""The network stays in evaluation mode.

rejected by: 3.2
"""

def train_step(network, optimizer, images, labels, device):
    images, labels = images.to(device), labels.to(device)
    loss = nn.functional.binary_cross_entropy(network(images).flatten(), labels.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
