"""The learning rate is always 0.1.

rejected by: 4.1
"""

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.data = parameter.data - 0.1 * parameter.grad
        parameter.grad = np.zeros_like(parameter.data)
