"""Batch norm is taken to have no parameters.

rejected by: 2.2
"""

def count_parameters(layer):
    match layer:
        case ("conv", inputs, outputs, k):
            return outputs * inputs * k * k + outputs
        case ("norm", channels):
            return 0
        case ("linear", inputs, outputs):
            return outputs * inputs + outputs
    return 0
