"""The number of places is divided by the stride and rounded down.

rejected by: 1.3
"""

def response_map_with_stride(image, kernel, stride):
    rows = max((image.shape[0] - kernel.shape[0] + 1) // stride, 1)
    columns = max((image.shape[1] - kernel.shape[1] + 1) // stride, 1)
    return response_map(image, kernel)[::stride, ::stride][:rows, :columns]
