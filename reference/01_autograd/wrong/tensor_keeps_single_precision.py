"""Arrays in single precision stay what they are.

rejected by: 2.1
"""

class Tensor:
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.array(data) if getattr(data, "dtype", None) == np.float32 else np.array(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.grad_fn = grad_fn
