"""Half-way between the mean scores of the two labels.

rejected by: 2.2
"""

def best_threshold(scores, labels):
    return (scores[labels == 1].mean() + scores[labels == 0].mean()) / 2
