"""The network brings its input to the CPU, whatever device it is on.

rejected by: 2.3
"""

class _Tied(nn.Sequential):
    def forward(self, x):
        return super().forward(x.to("cpu"))


def make_network():
    return _Tied(
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
    )
