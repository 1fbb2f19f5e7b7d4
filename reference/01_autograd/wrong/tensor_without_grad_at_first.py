"""A tensor has no .grad before the first backward.

rejected by: 2.3
"""

class Tensor:
    def __init__(self, data, parents=(), grad_fn=None):
        self.data = np.array(data, dtype=np.float64)
        self.parents = parents
        self.grad_fn = grad_fn


def backward(out, grad):
    order = []

    def visit(tensor):
        if tensor not in order:
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)

    visit(out)
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        tensor.grad = getattr(tensor, "grad", 0) + upstream
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
