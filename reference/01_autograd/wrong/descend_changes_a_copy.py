"""The step gives a new tensor to the loop's name; the parameter itself stays as it is.

rejected by: 4.1
"""

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter = Tensor(parameter.data - learning_rate * parameter.grad)
