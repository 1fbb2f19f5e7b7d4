"""Checks as a test uses them: each returns its outcome when it passes and raises ``CheckFailed`` otherwise.

The judgements themselves live in ``autograder.checks`` and return an ``Outcome`` whatever they find. They
are imported on first use, because they bring numpy, torch and Hypothesis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograder.errors import CheckFailed

if TYPE_CHECKING:
    from autograder.verdict import Outcome

__all__ = [
    "accuracy",
    "architecture",
    "converged",
    "converges",
    "convolution",
    "device_agnostic",
    "gradients",
    "load_weights",
    "loss",
    "optimizer",
    "programs",
    "require",
    "value",
    "values",
]


def require(outcome: Outcome) -> Outcome:
    """Return ``outcome`` if it is a pass.

    Raises:
        CheckFailed: it is anything else.
    """
    if not outcome.passed:
        raise CheckFailed(outcome)
    return outcome


def accuracy(*args: Any, **kwargs: Any) -> Outcome:
    """Judge predictions on hidden inputs; see ``autograder.checks.accuracy.accuracy``."""
    from autograder.checks.accuracy import accuracy as judge

    return require(judge(*args, **kwargs))


def architecture(*args: Any, **kwargs: Any) -> Outcome:
    """Judge a network, layer by layer; see ``autograder.checks.architecture.architecture``."""
    from autograder.checks.architecture import architecture as judge

    return require(judge(*args, **kwargs))


def converged(*args: Any, **kwargs: Any) -> Outcome:
    """Judge trained parameters; see ``autograder.checks.convergence.converged``."""
    from autograder.checks.convergence import converged as judge

    return require(judge(*args, **kwargs))


def converges(*args: Any, **kwargs: Any) -> Outcome:
    """Judge a training procedure; see ``autograder.checks.training.converges``."""
    from autograder.checks.training import converges as judge

    return require(judge(*args, **kwargs))


def convolution(*args: Any, **kwargs: Any) -> Outcome:
    """Judge a convolution; see ``autograder.checks.convolution.convolution``."""
    from autograder.checks.convolution import convolution as judge

    return require(judge(*args, **kwargs))


def device_agnostic(*args: Any, **kwargs: Any) -> Outcome:
    """Judge whether everything is moved to a device; see ``autograder.checks.devices.device_agnostic``."""
    from autograder.checks.devices import device_agnostic as judge

    return require(judge(*args, **kwargs))


def gradients(*args: Any, **kwargs: Any) -> Outcome:
    """Judge gradients; see ``autograder.checks.gradients.gradients``."""
    from autograder.checks.gradients import gradients as judge

    return require(judge(*args, **kwargs))


def load_weights(*args: Any, **kwargs: Any) -> Outcome:
    """Put trained weights into a network; see ``autograder.checks.weights.load_weights``."""
    from autograder.checks.weights import load_weights as judge

    return require(judge(*args, **kwargs))


def loss(*args: Any, **kwargs: Any) -> Outcome:
    """Judge a loss; see ``autograder.checks.losses.loss``."""
    from autograder.checks.losses import loss as judge

    return require(judge(*args, **kwargs))


def optimizer(*args: Any, **kwargs: Any) -> Outcome:
    """Judge a hand-written optimizer; see ``autograder.checks.optimizers.optimizer``."""
    from autograder.checks.optimizers import optimizer as judge

    return require(judge(*args, **kwargs))


def programs(*args: Any, **kwargs: Any) -> Outcome:
    """Judge whole expression graphs; see ``autograder.checks.programs.programs``."""
    from autograder.checks.programs import programs as judge

    return require(judge(*args, **kwargs))


def value(answer: Any, *, shape: tuple[int, ...], of: str = "The result") -> Any:
    """The array in a student's answer.

    Args:
        answer: an array, a number, or an object that holds one.
        shape: the shape it must have.
        of: what it is, for the message.

    Raises:
        CheckFailed: there is no array of real numbers in it, or one of another shape.
        StudentError: reading it raised.
    """
    from autograder.checks.reading import Unreadable, value_of
    from autograder.verdict import Outcome, Verdict

    try:
        array = value_of(answer)
    except Unreadable as problem:
        message, got = f"{of} is not an array.", str(problem)
        code, expected = "value-shape", f"an array of shape {shape}"
    else:
        if array.shape == shape and array.dtype.kind in "fiu":
            return array
        if array.shape == shape:
            message, got = f"{of} has the wrong kind of numbers.", f"numbers of dtype {array.dtype}"
            code, expected = "value-dtype", "numbers of dtype float64"
        else:
            message, got = f"{of} has the wrong shape.", f"an array of shape {array.shape}"
            code, expected = "value-shape", f"an array of shape {shape}"
    raise CheckFailed(Outcome(verdict=Verdict.FAIL, code=code, message=message, expected=expected, got=got))


def values(*args: Any, **kwargs: Any) -> Outcome:
    """Judge returned values; see ``autograder.checks.values.values``."""
    from autograder.checks.values import values as judge

    return require(judge(*args, **kwargs))
