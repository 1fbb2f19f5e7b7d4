"""The layers have no bias.

rejected by: 1.3
"""

class Net:
    def __init__(self):
        super().__init__()
        self.linear_1 = nn.Linear(2, 5, bias=False)
        self.linear_2 = nn.Linear(5, 1, bias=False)
