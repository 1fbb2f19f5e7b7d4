"""Arrays of whole numbers stay what they are.

rejected by: 2.1
"""

class Tensor:
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.array(data, dtype=np.float64) if isinstance(data, (list, float)) else np.array(data)
        self.grad = np.zeros_like(self.data)
        self.parents = parents
        self.grad_fn = grad_fn
