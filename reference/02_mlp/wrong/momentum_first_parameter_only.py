"""Only the first parameter is moved.

rejected by: 3.2
"""

class Momentum:
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                v.mul_(self.momentum).add_(p.grad)
                p -= self.lr * v
                break
