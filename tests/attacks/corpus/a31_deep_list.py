# does: returns a list nested a hundred thousand deep, and one that holds itself
# expect: fail value-unreadable | error answer-size
# stopped by: none
# attacks: 1
# %%
def double(x):
    deep = []
    for _ in range(100_000):
        deep = [deep]
    return deep


def average(x):
    circle = []
    circle.append(circle)
    return circle
