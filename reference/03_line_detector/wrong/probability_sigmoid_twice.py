"""The sigmoid is applied twice.

rejected by: 4.4
"""

def probability(net, images):
    with torch.no_grad():
        logits = net(torch.as_tensor(images))
    return torch.sigmoid(torch.sigmoid(logits)).numpy()
