"""The step uses the velocity of the step before.

rejected by: 3.2
"""

class Momentum:
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                p -= self.lr * v
                v.mul_(self.momentum).add_(p.grad)
