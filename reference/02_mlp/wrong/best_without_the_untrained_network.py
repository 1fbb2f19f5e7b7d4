"""The untrained network is not among the candidates.

rejected by: 6.4
"""

def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    losses = []
    best = copy.deepcopy(net.state_dict())
    for _ in range(rounds):
        train(net, optimizer, x_train, y_train, iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        if losses[-1] == min(losses):
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return losses
