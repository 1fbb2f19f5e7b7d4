"""The logits are scaled by those of the other images.

rejected by: 4.4
"""

def probability(net, images):
    with torch.no_grad():
        logits = net(torch.as_tensor(images))
    return torch.sigmoid((logits - logits.mean()) / (logits.std(unbiased=False) + 1e-5)).numpy()
