"""The usual mistakes in a network, as networks: what computes the same as the student's is the diagnosis."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from torch import nn

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = {
    nn.Conv2d: "convolution",
    nn.BatchNorm2d: "batch norm",
    nn.ReLU: "relu",
    nn.MaxPool2d: "max pooling",
    nn.Linear: "linear layer",
    nn.Flatten: "flatten",
    nn.Sigmoid: "sigmoid",
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


class Variant(NamedTuple):
    """A network with one mistake; it shares its weights with the right one."""

    code: str
    sentence: str
    network: nn.Sequential


def variants(right: nn.Sequential) -> Iterator[Variant]:
    """Networks with one mistake each, the most usual ones first."""
    layers = list(right)
    for i, layer in enumerate(layers):
        name = name_of(layers, i)
        match layer:
            case nn.ReLU():
                yield _changed(layers, i, [], "activation-missing", f"The {name} is missing.")
                for other in (nn.LeakyReLU(), nn.Tanh(), nn.Sigmoid(), nn.GELU(), nn.ELU(), nn.SiLU()):
                    sentence = f"In place of the {name} there is another activation: {type(other).__name__}."
                    yield _changed(layers, i, [other], "activation-other", sentence)
            case nn.Sigmoid():
                sentence = f"The {name} is missing: the network returns logits, not probabilities."
                yield _changed(layers, i, [], "sigmoid-missing", sentence)
                yield _changed(layers, i, [layer, layer], "sigmoid-twice", f"The {name} is applied twice.")
                for last in (nn.Softmax(dim=1), nn.Tanh(), nn.ReLU()):
                    sentence = f"In place of the {name} there is another function: {type(last).__name__}."
                    yield _changed(layers, i, [last], "activation-other", sentence)
            case nn.MaxPool2d():
                average = nn.AvgPool2d(layer.kernel_size)
                sentence = f"The {name} takes the mean of each block instead of the maximum."
                yield _changed(layers, i, [average], "pool-average", sentence)
            case nn.BatchNorm2d():
                yield _changed(layers, i, [], "norm-missing", f"The {name} exists but is not applied.")
                if i + 1 < len(layers) and isinstance(layers[i + 1], nn.ReLU):
                    swapped = [*layers[:i], layers[i + 1], layer, *layers[i + 2 :]]
                    sentence = f"The {name} comes after the relu instead of before it."
                    yield Variant("norm-after-activation", sentence, nn.Sequential(*swapped))
            case nn.Conv2d() | nn.Linear():
                after = layers[i + 1] if i + 1 < len(layers) else None
                if not isinstance(after, nn.BatchNorm2d | nn.ReLU):
                    sentence = f"After the {name} there is a relu that does not belong there."
                    yield _changed(layers, i, [layer, nn.ReLU()], "activation-too-many", sentence)
    for kind, code, sentence in (
        (nn.ReLU, "activation-missing", "The relus are missing, so several layers compute no more than one."),
        (nn.BatchNorm2d, "norm-missing", "The batch norms exist but are not applied."),
    ):
        yield Variant(code, sentence, nn.Sequential(*(m for m in layers if not isinstance(m, kind))))
    averaged = [nn.AvgPool2d(m.kernel_size) if isinstance(m, nn.MaxPool2d) else m for m in layers]
    sentence = "The poolings take the mean of each block instead of the maximum."
    yield Variant("pool-average", sentence, nn.Sequential(*averaged))


def name_of(layers: list[nn.Module], index: int) -> str:
    """What a layer is called in messages: ``second batch norm``."""
    kind = type(layers[index])
    name = _NAMES.get(kind, kind.__name__)
    same = [i for i, layer in enumerate(layers) if type(layer) is kind]
    position = same.index(index)
    return name if len(same) == 1 or position >= len(_ORDINALS) else f"{_ORDINALS[position]} {name}"


def _changed(layers: list[nn.Module], index: int, new: list[nn.Module], code: str, sentence: str) -> Variant:
    return Variant(code, sentence, nn.Sequential(*layers[:index], *new, *layers[index + 1 :]))
