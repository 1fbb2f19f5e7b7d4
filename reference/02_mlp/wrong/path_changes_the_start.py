"""The start itself is moved.

rejected by: 3.1
"""

def path(loss, start, make_optimizer, steps):
    p = start.requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach().clone()]
    for _ in range(steps):
        loss(p).backward()
        optimizer.step()
        optimizer.zero_grad()
        points.append(p.detach().clone())
    return torch.stack(points)
