"""The numbers are float32 instead of float64.

rejected by: 2.1
"""

class Tensor:
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.array(data, dtype=np.float32)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.grad_fn = grad_fn
