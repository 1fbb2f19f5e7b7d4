"""The layers are in a plain list, where nn.Module does not find their parameters.

rejected by: 1.3
"""

class Net:
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(2, 5), nn.Linear(5, 1)]

    def forward(self, x):
        return self.layers[1](torch.tanh(self.layers[0](x)))
