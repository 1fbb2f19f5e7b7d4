"""Only the place in the middle of the image counts.

rejected by: 1.4
"""

def scores(images, kernel):
    maps = [response_map(image, kernel) for image in images]
    return np.array([m[m.shape[0] // 2, m.shape[1] // 2] for m in maps])
