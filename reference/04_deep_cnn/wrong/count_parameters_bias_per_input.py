"""The biases are counted for the inputs, not the outputs.

rejected by: 2.2
"""

def count_parameters(layer):
    match layer:
        case ("conv", inputs, outputs, k):
            return outputs * inputs * k * k + inputs
        case ("norm", channels):
            return 2 * channels
        case ("linear", inputs, outputs):
            return outputs * inputs + inputs
    return 0
