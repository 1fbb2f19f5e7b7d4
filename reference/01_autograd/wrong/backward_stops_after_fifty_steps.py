"""Tensors that are far from the result get no gradient.

rejected by: 2.1
"""

def backward(out, grad):
    order, seen = [], set()
    def visit(tensor, depth=0):
        if tensor not in seen and depth < 50:
            seen.add(tensor)
            for parent in tensor.parents:
                visit(parent, depth + 1)
            order.append(tensor)
    visit(out)
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        tensor.grad = tensor.grad + upstream
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
