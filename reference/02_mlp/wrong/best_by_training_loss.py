"""The training loss decides which network is best.

rejected by: 6.4
"""

def train_best(net, optimizer, x_train, y_train, x_validation, y_validation, rounds, iterations):
    losses = [evaluate(net, x_validation, y_validation)]
    training = [evaluate(net, x_train, y_train)]
    best = copy.deepcopy(net.state_dict())
    for _ in range(rounds):
        train(net, optimizer, x_train, y_train, iterations)
        losses.append(evaluate(net, x_validation, y_validation))
        training.append(evaluate(net, x_train, y_train))
        if training[-1] == min(training):
            best = copy.deepcopy(net.state_dict())
    net.load_state_dict(best)
    return losses
