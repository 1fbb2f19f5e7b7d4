"""The gradient is subtracted from the velocity, and the velocity from the parameter.

rejected by: 3.2
"""

class Momentum:
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                v.mul_(self.momentum).sub_(p.grad)
                p -= self.lr * v
