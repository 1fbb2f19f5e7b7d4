"""The arguments stand in the wrong order.

rejected by: 2.13
"""

class Tensor:
    def sum(self, keepdims=False, axis=None): return op_sum(self, axis, keepdims)
    def mean(self, keepdims=False, axis=None): return op_mean(self, axis, keepdims)
