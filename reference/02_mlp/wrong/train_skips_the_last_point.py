"""The last data point is left out.

rejected by: 2.3
"""

def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = []
    for _ in range(iterations):
        prediction = net(x)
        loss = loss_function(prediction, y)
        loss_function(net(x[:-1]), y[:-1]).backward() if len(x) > 1 else loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
