"""Answers of 0 and 1 instead of probabilities.

rejected by: 4.4
"""

def probability(net, images):
    with torch.no_grad():
        logits = net(torch.as_tensor(images))
    return (logits > 0).float().numpy()
