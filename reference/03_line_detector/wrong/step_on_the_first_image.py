"""Only the first image of the batch is used.

rejected by: 4.2
"""

def train_step(net, optimizer, images, labels):
    optimizer.zero_grad()
    loss(net(images[:1]), labels[:1]).backward()
    optimizer.step()
