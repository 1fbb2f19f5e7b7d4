"""The default of the momentum is another one.

rejected by: 3.2
"""

class Momentum:
    def __init__(self, parameters, lr, momentum=0.5):
        super().__init__(parameters, lr)
        self.momentum = momentum
        self.velocities = [torch.zeros_like(p) for p in self.parameters]
