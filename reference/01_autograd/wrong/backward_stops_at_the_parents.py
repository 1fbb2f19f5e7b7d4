"""Only the direct parents of the result get a gradient.

rejected by: 2.1
"""

def backward(out, grad):
    out.grad = out.grad + grad
    for parent, gradient in zip(out.parents, out.parent_gradients(grad)):
        parent.grad = parent.grad + gradient
