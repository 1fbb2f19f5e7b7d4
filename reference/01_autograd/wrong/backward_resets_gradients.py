"""Each backward begins by setting the gradients to 0, so a second one does not add.

rejected by: 2.3
"""

def backward(out, grad):
    order, seen = [], set()

    def visit(tensor):
        if tensor not in seen:
            seen.add(tensor)
            for parent in tensor.parents:
                visit(parent)
            tensor.grad = np.zeros_like(tensor.data)
            order.append(tensor)

    visit(out)
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        tensor.grad = tensor.grad + upstream
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
