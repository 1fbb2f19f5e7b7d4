"""+= writes into an array that is also the gradient of another tensor.

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
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(arrived[tensor])):
            if parent in arrived:
                arrived[parent] += gradient
            else:
                arrived[parent] = gradient
    for tensor in order:
        tensor.grad = tensor.grad + arrived[tensor]
