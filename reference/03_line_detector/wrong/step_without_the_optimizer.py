"""Plain gradient descent with a learning rate of its own, and the optimizer is not used.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    net.zero_grad()
    loss(net(images), labels).backward()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter -= 0.1 * parameter.grad
