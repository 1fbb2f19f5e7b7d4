"""A tensor that is reached on two ways is listed twice and passes its gradient on twice.

rejected by: 2.2
"""

def backward(out, grad):
    order = []

    def visit(tensor):
        for parent in tensor.parents:
            visit(parent)
        order.append(tensor)

    visit(out)
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
    for tensor in set(order):
        tensor.grad = tensor.grad + arrived[tensor]
