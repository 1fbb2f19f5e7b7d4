"""The gradients are not set back after the step.

rejected by: 4.1
"""

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.data = parameter.data - learning_rate * parameter.grad
