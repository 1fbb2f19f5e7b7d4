"""The kernel is turned around, as in the mathematicians' convolution.

rejected by: 1.1
"""

def conv(images, weight, bias):
    k = weight.shape[-1]
    height, width = images.shape[2] - k + 1, images.shape[3] - k + 1
    result = bias.reshape(-1, 1, 1)
    for i in range(k):
        for j in range(k):
            piece = images[:, :, i : i + height, j : j + width]
            result = result + torch.einsum("ncrs,oc->nors", piece, weight[:, :, k - 1 - i, k - 1 - j])
    return result
