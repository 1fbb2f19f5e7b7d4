"""The loss is always L2.

rejected by: 2.3
"""

def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = []
    for _ in range(iterations):
        prediction = net(x)
        loss = l2_loss(prediction.reshape(len(prediction), -1)[:, :1], y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
