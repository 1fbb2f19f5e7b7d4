"""Only the bias learns; the kernel is frozen.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    optimizer.zero_grad()
    loss(net(images), labels).backward()
    net.conv.weight.grad = None
    optimizer.step()
