"""The kernel moves one pixel at a time, whatever the stride.

rejected by: 1.3
"""

def response_map_with_stride(image, kernel, stride):
    return response_map(image, kernel)
