"""An upstream gradient of zeros is taken for none.

rejected by: 2.1
"""

class Tensor:
    def backward(self, grad=0):
        backward(self, np.array(grad, dtype=np.float64) if np.any(grad) else np.ones_like(self.data))
