"""The loop returns after its first parameter.

rejected by: 4.1
"""

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.data = parameter.data - learning_rate * parameter.grad
        parameter.grad = np.zeros_like(parameter.data)
        return parameters
