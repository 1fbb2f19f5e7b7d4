"""The layers stand in a plain list, which hides them from PyTorch.

rejected by: 2.3
"""

class _Hidden(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = list(layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


def make_network():
    return _Hidden([
        nn.Conv2d(1, 32, 7),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(3),
        nn.Conv2d(32, 32, 3),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 3, 3),
        nn.MaxPool2d(3),
        nn.Flatten(),
        nn.Linear(432, 20),
        nn.ReLU(),
        nn.Linear(20, 1),
        nn.Sigmoid(),
    ])
