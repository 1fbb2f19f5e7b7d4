"""relu before the maximum: no logit is ever negative.

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        return torch.relu(self.conv(images[:, None])).amax(dim=(1, 2, 3))
