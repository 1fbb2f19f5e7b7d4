"""A new optimizer for each step has no memory.

rejected by: 3.1
"""

def path(loss, start, make_optimizer, steps):
    p = start.clone().requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach().clone()]
    for _ in range(steps):
        optimizer = make_optimizer([p])
        loss(p).backward()
        optimizer.step()
        optimizer.zero_grad()
        points.append(p.detach().clone())
    return torch.stack(points)
