"""+= writes into what np.broadcast_to returned, which numpy forbids: only sum does that.

rejected by: 2.17
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
    arrived = {out: grad}
    for tensor in reversed(order):
        upstream = arrived[tensor]
        tensor.grad = tensor.grad + upstream
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            if parent in arrived:
                arrived[parent] += gradient
            else:
                arrived[parent] = gradient.copy() if gradient is upstream else gradient
