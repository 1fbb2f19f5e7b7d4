"""Tensors are visited in the order in which the walk meets them, before all their gradients arrived.

rejected by: 2.2
"""

def backward(out, grad):
    queue, seen = [out], {out}
    arrived = {out: grad}
    for tensor in queue:
        upstream = arrived[tensor]
        for parent, gradient in zip(tensor.parents, tensor.parent_gradients(upstream)):
            arrived[parent] = arrived.get(parent, 0) + gradient
            if parent not in seen:
                seen.add(parent)
                queue.append(parent)
    for tensor in queue:
        tensor.grad = tensor.grad + arrived[tensor]
