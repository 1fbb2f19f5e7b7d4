"""Steps are never longer than 10.

rejected by: 4.1
"""

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.data = parameter.data - learning_rate * np.sign(parameter.grad) * np.minimum(np.abs(parameter.grad), 10)
        parameter.grad = np.zeros_like(parameter.data)
