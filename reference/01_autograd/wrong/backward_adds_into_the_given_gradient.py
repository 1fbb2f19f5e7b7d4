"""The first gradient is the caller's array, and the second is added into it.

rejected by: 2.3
"""

class Tensor:
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.array(data, dtype=np.float64)
        self.grad = None
        self.parents = parents
        self.grad_fn = grad_fn

    def backward(self, grad=None):
        backward(self, np.ones_like(self.data) if grad is None else grad)

def backward(out, grad):
    order, seen = [], set()
    def visit(tensor):
        if tensor not in seen:
            seen.add(tensor)
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)
    visit(out)
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        if tensor.grad is None:
            tensor.grad = upstream
        else:
            tensor.grad += upstream
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
