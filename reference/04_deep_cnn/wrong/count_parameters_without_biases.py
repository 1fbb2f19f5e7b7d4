"""Biases are not counted.

rejected by: 2.2
"""

def count_parameters(layer):
    match layer:
        case ("conv", inputs, outputs, k):
            return outputs * inputs * k * k
        case ("norm", channels):
            return 2 * channels
        case ("linear", inputs, outputs):
            return outputs * inputs
    return 0
