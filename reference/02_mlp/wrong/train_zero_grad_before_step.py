"""Gradients are forgotten before the step that needs them.

rejected by: 2.3
"""

def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = []
    for _ in range(iterations):
        prediction = net(x)
        loss = loss_function(prediction, y)
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()
        losses.append(loss.item())
    return losses
