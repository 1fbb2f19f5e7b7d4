"""The optimizer is ignored.

rejected by: 3.1
"""

def path(loss, start, make_optimizer, steps):
    p = start.clone().requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach().clone()]
    for _ in range(steps):
        loss(p).backward()
        p.data -= 0.1 * p.grad
        p.grad = None
        points.append(p.detach().clone())
    return torch.stack(points)
