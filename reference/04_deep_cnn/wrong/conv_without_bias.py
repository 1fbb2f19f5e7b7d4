"""The bias is forgotten.

rejected by: 1.1
"""

def conv(images, weight, bias):
    k = weight.shape[-1]
    height, width = images.shape[2] - k + 1, images.shape[3] - k + 1
    result = 0
    for i in range(k):
        for j in range(k):
            result = result + torch.einsum("ncrs,oc->nors", images[:, :, i : i + height, j : j + width], weight[:, :, i, j])
    return result
