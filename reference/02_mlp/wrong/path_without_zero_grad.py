"""Gradients of earlier steps are never forgotten.

rejected by: 3.1
"""

def path(loss, start, make_optimizer, steps):
    p = start.clone().requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach().clone()]
    for _ in range(steps):
        loss(p).backward()
        optimizer.step()
        points.append(p.detach().clone())
    return torch.stack(points)
