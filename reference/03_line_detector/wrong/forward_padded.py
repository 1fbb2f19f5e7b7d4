"""The images are padded, so that the kernel is also placed across the border.

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        half = self.conv.weight.shape[-1] // 2
        return self.conv(F.pad(images[:, None], (half,) * 4)).amax(dim=(1, 2, 3))
