"""Points are stored before the step, so the start is there twice and the end is missing.

rejected by: 3.1
"""

def path(loss, start, make_optimizer, steps):
    p = start.clone().requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach().clone()]
    for _ in range(steps):
        points.append(p.detach().clone())
        loss(p).backward()
        optimizer.step()
        optimizer.zero_grad()
    return torch.stack(points)
