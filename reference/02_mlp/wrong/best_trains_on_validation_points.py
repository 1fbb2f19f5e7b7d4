"""The validation points are among those trained on.

rejected by: 6.4
"""

def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    losses = [evaluate(net, x_validation, y_validation)]
    best = copy.deepcopy(net.state_dict())
    for _ in range(rounds):
        train(net, optimizer, torch.cat([x_train, x_validation]), torch.cat([y_train, y_validation]), iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        if losses[-1] == min(losses):
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return losses
