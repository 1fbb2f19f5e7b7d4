"""scipy does the training, and nothing is differentiated.

rejected by: 4.2
"""

def train(x, y):
    return [Tensor(parameter) for parameter in fit(x, y)]
