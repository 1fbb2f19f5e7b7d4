"""The mean of all scores, whatever the labels.

rejected by: 2.2
"""

def best_threshold(scores, labels):
    return scores.mean()
