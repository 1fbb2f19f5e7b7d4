"""The default of beta2 is 0.99.

rejected by: 3.3
"""

class Adam:
    def __init__(self, parameters, lr, beta1=0.9, beta2=0.99, eps=1e-8):
        super().__init__(parameters, lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps
        self.t = 0
        self.means = [torch.zeros_like(p) for p in self.parameters]
        self.squares = [torch.zeros_like(p) for p in self.parameters]
