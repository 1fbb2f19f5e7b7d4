"""Two steps with the same gradients.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    optimizer.zero_grad()
    loss(net(images), labels).backward()
    optimizer.step()
    optimizer.step()
