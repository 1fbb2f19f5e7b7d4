"""Every slope is taken to be 1, which is right for sums alone.

rejected by: 2.1
"""

def backward(out, grad):
    out.grad = out.grad + grad
    for parent in out.parents:
        backward(parent, np.broadcast_to(grad, parent.data.shape))
