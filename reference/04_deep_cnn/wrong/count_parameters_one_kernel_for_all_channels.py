"""A kernel is taken to be the same for all input channels.

rejected by: 2.2
"""

def count_parameters(layer):
    match layer:
        case ("conv", inputs, outputs, k):
            return outputs * k * k + outputs
        case ("norm", channels):
            return 2 * channels
        case ("linear", inputs, outputs):
            return outputs * inputs + outputs
    return 0
