"""The logits have shape (n, 1).

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        return self.conv(images[:, None]).amax(dim=(2, 3))
