"""Only the rows are taken in larger steps.

rejected by: 1.3
"""

def response_map_with_stride(image, kernel, stride):
    return response_map(image, kernel)[::stride]
