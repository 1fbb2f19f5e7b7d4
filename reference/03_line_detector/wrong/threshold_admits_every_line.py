"""The lowest score of an image with the line: no line is missed, but much else is found.

rejected by: 2.2
"""

def best_threshold(scores, labels):
    return scores[labels == 1].min() - 1e-9
