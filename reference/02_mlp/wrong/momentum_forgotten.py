"""The velocity begins at 0 in each step.

rejected by: 3.2
"""

class Momentum:
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                v = self.momentum * torch.zeros_like(p) + p.grad
                p -= self.lr * v
