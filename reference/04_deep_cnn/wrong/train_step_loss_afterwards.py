"""The loss after the step is returned.

rejected by: 3.2
"""

def train_step(network, optimizer, images, labels, device):
    network.train()
    images, labels = images.to(device), labels.to(device)
    loss = nn.functional.binary_cross_entropy(network(images).flatten(), labels.float())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return nn.functional.binary_cross_entropy(network(images).flatten(), labels.float()).item()
