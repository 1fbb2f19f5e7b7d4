"""The new velocity is computed but not kept.

rejected by: 3.2
"""

class Momentum:
    def step(self):
        with torch.no_grad():
            for p, v in zip(self.parameters, self.velocities):
                v = self.momentum * v + p.grad
                p -= self.lr * v
