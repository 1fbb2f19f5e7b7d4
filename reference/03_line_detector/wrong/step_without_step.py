"""The gradients are computed, but no step is taken.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    optimizer.zero_grad()
    loss(net(images), labels).backward()
