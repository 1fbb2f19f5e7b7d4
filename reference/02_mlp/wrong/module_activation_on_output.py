"""The output goes through tanh, too.

rejected by: 1.3
"""

class Net:
    def forward(self, x):
        return torch.tanh(self.linear_2(torch.tanh(self.linear_1(x))))
