"""There is one iteration too many.

rejected by: 2.3
"""

def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = []
    for _ in range(iterations + 1):
        prediction = net(x)
        loss = loss_function(prediction, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses[:-1]
