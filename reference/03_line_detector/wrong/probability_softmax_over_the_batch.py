"""Softmax over the images, so that the answers add up to 1.

rejected by: 4.4
"""

def probability(net, images):
    with torch.no_grad():
        logits = net(torch.as_tensor(images))
    return torch.softmax(logits, dim=0).numpy()
