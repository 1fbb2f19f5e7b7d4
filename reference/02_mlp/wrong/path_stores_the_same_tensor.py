"""What is stored is the parameter itself, which goes on changing.

rejected by: 3.1
"""

def path(loss, start, make_optimizer, steps):
    p = start.clone().requires_grad_()
    optimizer = make_optimizer([p])
    points = [p.detach()]
    for _ in range(steps):
        loss(p).backward()
        optimizer.step()
        optimizer.zero_grad()
        points.append(p.detach())
    return torch.stack(points)
