"""The parameters come from a generator, which is empty after the first loop.

rejected by: 3.2
"""

class Momentum:
    def __init__(self, parameters, lr, momentum=0.9):
        self.velocities = [torch.zeros_like(p) for p in parameters]
        self.lr, self.momentum = lr, momentum
        self.parameters = list(parameters)
