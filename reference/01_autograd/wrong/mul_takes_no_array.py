"""An array on the right of a product is refused.

rejected by: 2.12
"""

class Tensor:
    def __mul__(self, other): return op_mul(self, Tensor(other) if isinstance(other, (int, float)) else other)
    def __truediv__(self, other): return op_div(self, Tensor(other) if isinstance(other, (int, float)) else other)
    def __add__(self, other): return op_add(self, Tensor(other) if isinstance(other, (int, float)) else other)
