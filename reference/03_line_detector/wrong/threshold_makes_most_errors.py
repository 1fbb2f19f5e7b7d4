"""The threshold with the most errors is taken.

rejected by: 2.2
"""

def best_threshold(scores, labels):
    ordered = np.sort(scores)
    candidates = (ordered[1:] + ordered[:-1]) / 2
    wrong = [np.sum((scores > t) != labels) for t in candidates]
    return candidates[np.argmax(wrong)]
