"""The gradients are set to 0 before the step.

rejected by: 4.1
"""

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.grad = np.zeros_like(parameter.data)
        parameter.data = parameter.data - learning_rate * parameter.grad
