"""The logits are returned without a sigmoid.

rejected by: 4.4
"""

def probability(net, images):
    with torch.no_grad():
        logits = net(torch.as_tensor(images))
    return logits.numpy()
