"""The optimizer that is given is ignored.

rejected by: 2.3
"""

def train(net, optimizer, x, y, iterations, loss_function=l2_loss):
    losses = []
    own = torch.optim.Adam(net.parameters(), lr=0.05)
    for _ in range(iterations):
        prediction = net(x)
        loss = loss_function(prediction, y)
        loss.backward()
        own.step()
        own.zero_grad()
        losses.append(loss.item())
    return losses
