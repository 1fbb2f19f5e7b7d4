"""A dict holds one gradient per parent, so in a * a one of the two is lost.

rejected by: 2.2
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
        for parent, gradient in dict(zip(tensor.parents, tensor.parent_gradients(upstream))).items():
            arrived[parent] = arrived.get(parent, 0) + gradient
