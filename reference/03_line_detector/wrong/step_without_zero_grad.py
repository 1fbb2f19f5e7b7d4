"""zero_grad is missing, so that old gradients are added to new ones.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    loss(net(images), labels).backward()
    optimizer.step()
