"""The learning rate is in the velocity and in the step.

rejected by: 3.2
"""

class Momentum:
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                v.mul_(self.momentum).add_(self.lr * p.grad)
                p -= self.lr * v
