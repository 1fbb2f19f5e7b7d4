"""The moved images are thrown away: .to does not change a tensor.

rejected by: 2.4
"""

def predict(network, images, device):
    network.to(device).eval()
    answers = []
    with torch.no_grad():
        for some in images.split(100):
            some.to(device)
            answers.append(network(some).flatten().cpu())
    return torch.cat(answers)
