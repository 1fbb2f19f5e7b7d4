"""The network ends with a sigmoid, so that it gives probabilities instead of logits.

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        return torch.sigmoid(self.conv(images[:, None]).amax(dim=(1, 2, 3)))
