"""The image is padded, so that the result has the size of the image.

rejected by: 1.1
"""

def conv(images, weight, bias):
    k = weight.shape[-1]
    before, after = (k - 1) // 2, k // 2
    padded = nn.functional.pad(images, (before, after, before, after))
    result = bias.reshape(-1, 1, 1)
    for i in range(k):
        for j in range(k):
            piece = padded[:, :, i : i + images.shape[2], j : j + images.shape[3]]
            result = result + torch.einsum("ncrs,oc->nors", piece, weight[:, :, i, j])
    return result
