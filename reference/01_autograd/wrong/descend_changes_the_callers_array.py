"""The tensor shares the caller's array, and descend writes into it.

rejected by: 4.1
"""

class Tensor:
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.asarray(data, dtype=np.float64)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.grad_fn = grad_fn

def descend(parameters, learning_rate):
    for parameter in parameters:
        parameter.data -= learning_rate * parameter.grad
        parameter.grad = np.zeros_like(parameter.data)
