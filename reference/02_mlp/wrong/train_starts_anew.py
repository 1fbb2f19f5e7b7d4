"""Each call begins from new random parameters.

rejected by: 2.3
"""

def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = []
    torch.manual_seed(0)
    for module in net.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    for _ in range(iterations):
        prediction = net(x)
        loss = loss_function(prediction, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses
