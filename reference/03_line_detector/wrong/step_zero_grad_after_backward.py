"""zero_grad comes between backward and step, so that nothing is learned.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    loss(net(images), labels).backward()
    optimizer.zero_grad()
    optimizer.step()
