"""The walk always starts with ones, whatever upstream gradient is given.

rejected by: 2.1
"""

def backward(out, grad):
    order, seen = [], set()

    def visit(tensor):
        if tensor not in seen:
            seen.add(tensor)
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)

    visit(out)
    arrived = {out: np.ones_like(out.data)}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        tensor.grad = tensor.grad + upstream
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
