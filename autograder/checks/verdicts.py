"""From a finished search to an outcome: the words that a student reads."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograder.verdict import Json, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.checks.finding import Finding
    from autograder.checks.search import Search

MESSAGES = {
    "value-wrong": "The result is wrong",
    "value-shape": "The result has the wrong shape",
    "value-dtype": "The result has the wrong kind of numbers",
    "value-precision": "The result is right in single precision only",
    "value-not-finite": "The result is not finite: it contains nan or inf",
    "value-unreadable": "The result is not an array, a number, or an object that holds one",
    "value-count": "The number of results is wrong",
    "gradient-wrong": "The gradient is wrong",
    "gradient-shape": "The gradient has a different shape from its value",
    "gradient-dtype": "The gradient has the wrong kind of numbers",
    "gradient-precision": "The gradient is right in single precision only",
    "gradient-not-finite": "The gradient is not finite: it contains nan or inf",
    "gradient-missing": "There is no gradient after the backward pass",
    "gradient-unreadable": "The gradient is not an array",
    "gradient-count": "backward does not return one gradient per argument",
    "step-wrong": "A step ends in the wrong place",
    "step-shape": "A step changes the shape of a parameter",
    "step-dtype": "A step changes the kind of numbers of a parameter",
    "step-precision": "A step ends in the right place in single precision only",
    "step-not-finite": "A step leads to nan or inf",
    "input-changed": "Your code changes its input",
    "upstream-changed": "The backward pass changes the upstream gradient that it is given",
    "not-deterministic": "Your code gives different results for the same input",
    "gradient-not-accumulated": "A second backward pass does not add to the gradient",
}


def evidence(result: Search[Any, Finding], seed: int) -> dict[str, Json]:
    """The numbers behind a judgement."""
    numbers: dict[str, Json] = {"examples": result.examples, "failing": len(result.failures), "seed": seed}
    finding = result.smallest[1] if result.smallest is not None else None
    if finding is not None and math.isfinite(finding.error):
        numbers["worst_error"] = float(f"{finding.error:.3g}")
        numbers["tolerance"] = float(f"{finding.tolerance:.3g}")
    return numbers


def frequency(result: Search[Any, Finding], things: str = "inputs") -> str:
    """How often it was seen: ``in 17 of the 31 inputs tried; the simplest is shown``."""
    failing, tried = len(result.failures), result.examples
    if failing < tried:
        return f"in {failing} of the {tried} {things} tried; the simplest is shown"
    return (
        f"in all {tried} {things} tried; the simplest is shown"
        if tried > 1
        else f"in the first of the {things}"
    )


def unjudged(
    result: Search[Any, Finding], wanted: int, seed: int, show: Callable[[Any], str]
) -> Outcome | None:
    """The outcome of a search that proved nothing either way, or None."""
    if result.flaky is not None:
        # A judge depends on its argument alone, so it is the student's code that changed its mind.
        return Outcome(
            verdict=Verdict.FAIL,
            code="not-deterministic",
            message="Your code gives different results for the same input: one was wrong, another was not.",
            example=show(result.flaky[0]),
            expected="the same result each time",
            got="different results",
            evidence=evidence(result, seed),
        )
    if result.smallest is not None:
        return None
    if not result.complete:
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            code="out-of-time",
            message=f"There was time for only {result.examples} of {wanted} inputs, so nothing was judged.",
            evidence=evidence(result, seed),
        )
    if result.examples < (wanted + 1) // 2:
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            code="too-few-points",
            message=f"Only {result.examples} of {wanted} inputs could be judged, which is too few.",
            evidence=evidence(result, seed),
        )
    return None


def raised(
    result: Search[Any, Finding], finding: Finding, seed: int, example: str, *, things: str = "inputs"
) -> Outcome:
    """The outcome for code that raised an exception."""
    return Outcome(
        verdict=Verdict.ERROR,
        code="raised",
        message=f"Your code raised {finding.detail}\nThis happened {frequency(result, things)}.",
        example=example,
        where=finding.where,
        evidence=evidence(result, seed),
    )


def failed(
    result: Search[Any, Finding],
    finding: Finding,
    seed: int,
    example: str,
    *,
    lead: str = "",
    extra: str = "",
    hint: str = "",
    code: str = "",
    things: str = "inputs",
) -> Outcome:
    """The outcome for a wrong answer.

    Args:
        result: the search that found it.
        finding: what is wrong with the smallest example.
        seed: what the examples were derived from.
        example: that example as code.
        lead: first sentence, without its full stop; by default what the finding's code says.
        extra: what else is known, e.g. that the forward pass is right.
        hint: advice.
        code: a more specific code.
        things: what the examples are called.
    """
    lead = lead or MESSAGES[finding.code]
    sentences = [f"{lead}.", extra, f"Seen {frequency(result, things)}."]
    label = f"{finding.subject} = " if finding.subject and " " not in finding.subject else ""
    code = code or finding.code
    hint = hint or finding.hint
    if finding.got == "None" and code.endswith("-unreadable"):
        hint = hint or "Is a `return` missing? A function without one returns None."
    return Outcome(
        verdict=Verdict.FAIL,
        code=code,
        message=" ".join(s for s in sentences if s),
        expected=label + finding.expected,
        got=label + finding.got,
        example=example,
        where=finding.where,
        hint=hint,
        evidence={**evidence(result, seed), "diagnosis": code},
    )
