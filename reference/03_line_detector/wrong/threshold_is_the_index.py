"""The number of the best threshold is returned instead of the threshold.

rejected by: 2.2
"""

def best_threshold(scores, labels):
    ordered = np.sort(scores)
    candidates = (ordered[1:] + ordered[:-1]) / 2
    return np.argmax([np.sum((scores > t) == labels) for t in candidates])
