"""Judge what training came to: the grader computes the loss itself, from the parameters that were found."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograder.checks.calling import Raised, ask
from autograder.checks.reading import Reader, Unreadable, kind_of
from autograder.errors import UsageError
from autograder.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = NDArray[Any]

ALIKE = 1e-3
"""How close the parameters of two calls are that follow the same steps; another start leads far away."""
MOST_AXES = 2
MOST_NUMBERS = 100_000
"""What one parameter may have: the loss is computed in the grader's own memory."""


def converged(
    parameters: Any,
    *,
    loss: Callable[..., float],
    names: Sequence[str],
    below: float,
    call: str = "",
    again: Callable[[], Any] | None = None,
) -> Outcome:
    """Is the loss of a student's parameters below a target?

    Args:
        parameters: what the student's function returned: a list, a tuple or another sequence of arrays or
            tensors.
        loss: the loss as a function of these arrays. A ``ValueError`` says that their shapes do not fit
            together.
        names: what each of the parameters is called.
        below: the target.
        call: the student's call, for the message, e.g. ``"fit(x, y)"``.
        again: makes the same call once more, which must lead to the same parameters; None not to judge it.

    Returns:
        A pass; or a fail that says what the loss is, or why there is none.
    """
    call = call or "The result"
    arrays = _read(parameters, names, call)
    if isinstance(arrays, Outcome):
        return arrays
    if again is not None:
        others = _read(again(), names, call)
        if isinstance(others, Outcome) or not all(map(_alike, arrays, others)):
            return _fail(
                "not-deterministic",
                f"{call} gives other parameters each time that it is called with the same data.",
                "the same parameters each time",
                "different ones",
                "Give the random numbers a fixed seed where they are drawn: np.random.default_rng(0).",
            )
    shapes = ", ".join(f"{name} {array.shape}" for name, array in zip(names, arrays, strict=True))
    try:
        with np.errstate(all="ignore"):
            found = float(loss(*arrays))
    except ValueError:
        return _misfit(shapes)
    evidence = {
        "target": float(f"{below:.3g}"),
        **({"loss": float(f"{found:.3g}")} if math.isfinite(found) else {}),
    }
    if found < below:
        return Outcome(verdict=Verdict.PASS, evidence=evidence)
    message = f"{call} works, but the loss of what it returns is too high."
    if not math.isfinite(found):
        message = f"The loss of what {call} returns is not a finite number: training diverged."
    return Outcome(
        verdict=Verdict.FAIL,
        code="loss-too-high" if math.isfinite(found) else "loss-not-finite",
        message=message,
        expected=f"a loss below {below:.3g}",
        got=f"{found:.3g}",
        evidence=evidence,
    )


def _read(parameters: Any, names: Sequence[str], call: str) -> list[Array] | Outcome:
    """The parameters as arrays of float64, or what is wrong with them."""
    parameters = _elements(parameters, len(names))
    if not isinstance(parameters, list | tuple) or len(parameters) != len(names):
        wanted = f"the {len(names)} parameters [{', '.join(names)}]"
        got = f"{len(parameters)} values" if isinstance(parameters, list | tuple) else kind_of(parameters)
        return _fail("parameters-count", f"{call} does not return {wanted}.", wanted, got)
    reader = Reader()
    arrays: list[Array] = []
    for name, parameter in zip(names, parameters, strict=True):
        try:
            array = reader.value_of(parameter)
            # Broadcasting could make of such arrays one that fits in no memory; as float64 they are large.
            if array.ndim > MOST_AXES or array.size > MOST_NUMBERS:
                return _misfit(f"{name} {array.shape}")
            arrays.append(array.astype(np.float64))
        except (Unreadable, Raised, TypeError) as problem:
            return _fail(
                "parameters-unreadable", f"The parameter {name} is not an array.", "an array", str(problem)
            )
    return arrays


def _misfit(shapes: str) -> Outcome:
    return _fail(
        "parameters-shape",
        "The shapes of the parameters do not fit together.",
        "shapes as in the table of the notebook",
        shapes,
    )


def _alike(one: Array, other: Array) -> bool:
    """The same, but for rounding, which many steps may have enlarged."""
    return one.shape == other.shape and np.allclose(one, other, rtol=ALIKE, atol=ALIKE, equal_nan=True)


def _elements(parameters: Any, count: int) -> Any:
    """The elements of a sequence of the student's own kind, e.g. a namedtuple, and anything else as it is."""
    if isinstance(parameters, list | tuple):
        return parameters
    beside = getattr(parameters, "__autograder_run__", None)
    try:
        found = ask(beside, first_elements, parameters, count + 1) if beside is not None else None
    except (Raised, UsageError):
        return parameters
    return found if isinstance(found, list) else parameters


def first_elements(things: Any, most: int) -> Any:
    """So many elements of ``things``, which may have no end; its source runs in the student process."""
    return [thing for _, thing in zip(range(most), things, strict=False)]


def _fail(code: str, message: str, expected: str, got: str, hint: str = "") -> Outcome:
    return Outcome(verdict=Verdict.FAIL, code=code, message=message, expected=expected, got=got, hint=hint)
