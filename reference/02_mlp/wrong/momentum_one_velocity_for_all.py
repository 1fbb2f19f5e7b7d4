"""All parameters share one velocity.

rejected by: 3.2
"""

class Momentum:
    def __init__(self, parameters, lr, momentum=0.9):
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.velocity = torch.zeros(())

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                self.velocity = self.momentum * self.velocity.mean() + p.grad
                p -= self.lr * self.velocity
