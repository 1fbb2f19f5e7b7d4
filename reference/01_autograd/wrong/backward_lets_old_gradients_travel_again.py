"""Gradients travel in .grad itself, so a second backward sends those of the first again.

rejected by: 2.3
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
    out.grad = out.grad + grad
    for tensor in reversed(order):
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(tensor.grad)):
            parent.grad = parent.grad + gradient
