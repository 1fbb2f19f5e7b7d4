"""The layers find their numbers of inputs out by themselves: nobody has computed 432.

rejected by: 2.3
"""

def make_network():
    return nn.Sequential(
        nn.LazyConv2d(32, 7),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.MaxPool2d(3),
        nn.LazyConv2d(32, 3),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.LazyConv2d(3, 3),
        nn.MaxPool2d(3),
        nn.Flatten(),
        nn.LazyLinear(20),
        nn.ReLU(),
        nn.LazyLinear(1),
        nn.Sigmoid(),
    )
