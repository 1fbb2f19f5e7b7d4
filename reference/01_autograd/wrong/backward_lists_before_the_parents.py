"""A tensor is listed before its parents, so shared tensors are visited too early.

rejected by: 2.2
"""

def backward(out, grad):
    order, seen = [], set()

    def visit(tensor):
        if tensor not in seen:
            seen.add(tensor)
            order.append(tensor)
            for parent in tensor.parents:
                visit(parent)

    visit(out)
    arrived = {out: grad}
    for tensor in order:
        upstream = arrived[tensor]
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
    for tensor in order:
        tensor.grad = tensor.grad + arrived[tensor]
