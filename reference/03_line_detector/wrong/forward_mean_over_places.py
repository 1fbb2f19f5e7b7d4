"""The mean over all places instead of the maximum.

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        return self.conv(images[:, None]).mean(dim=(1, 2, 3))
