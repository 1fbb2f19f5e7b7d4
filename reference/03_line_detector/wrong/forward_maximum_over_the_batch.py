"""The maximum is over the images, not over the places.

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        return self.conv(images[:, None]).amax(dim=(0, 2, 3)).expand(len(images))
