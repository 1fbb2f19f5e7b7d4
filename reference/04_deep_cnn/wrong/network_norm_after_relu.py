"""Relu and batch norm are swapped.

rejected by: 2.3
"""

def make_network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 7),
        nn.ReLU(),
        nn.BatchNorm2d(32),
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
