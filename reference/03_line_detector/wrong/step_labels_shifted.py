"""Each image gets the label of the next one.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    optimizer.zero_grad()
    loss(net(images), labels.roll(-1)).backward()
    optimizer.step()
