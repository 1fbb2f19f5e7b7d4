"""Plain recursion: on its second visit a tensor passes on also what it passed on before.

rejected by: 2.2, 2.3
"""

def backward(out, grad):
    out.grad = out.grad + grad
    for parent, gradient in zip(out.parents, out.parent_gradients(out.grad)):
        backward(parent, gradient)
