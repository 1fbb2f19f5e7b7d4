"""The search for the maximum begins with 0.

rejected by: 1.4
"""

def scores(images, kernel):
    found = np.zeros(len(images))
    for i, image in enumerate(images):
        for number in response_map(image, kernel).ravel():
            if number > found[i]:
                found[i] = number
    return found
