"""Only the weight of the layer is used; its bias is forgotten.

rejected by: 3.3
"""

class LineDetector(nn.Module):
    def forward(self, images):
        return F.conv2d(images[:, None], self.conv.weight).amax(dim=(1, 2, 3))
