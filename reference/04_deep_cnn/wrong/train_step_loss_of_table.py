"""The labels are compared as (n,) with (n, 1): every answer with every label.

rejected by: 3.2
"""

def train_step(network, optimizer, images, labels, device):
    network.train()
    images, labels = images.to(device), labels.to(device)
    loss = ((network(images) - labels) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
