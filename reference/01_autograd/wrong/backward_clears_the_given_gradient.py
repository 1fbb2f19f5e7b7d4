"""The caller's array is cleared at the end.

rejected by: 2.1
"""

class Tensor:
    def backward(self, grad=None):
        if grad is None:
            grad = np.ones_like(self.data)
        backward(self, grad.copy())
        grad[...] = 0
