"""The layers follow each other without tanh.

rejected by: 1.3
"""

class Net:
    def forward(self, x):
        return self.linear_2(self.linear_1(x))
