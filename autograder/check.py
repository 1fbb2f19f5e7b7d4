"""Checks as a test uses them: each returns its outcome when it passes and raises ``CheckFailed`` otherwise.

The judgements themselves live in ``autograder.checks`` and return an ``Outcome`` whatever they find. They
are imported on first use, because they bring numpy, torch and Hypothesis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograder.errors import CheckFailed

if TYPE_CHECKING:
    from autograder.verdict import Outcome

__all__ = ["converged", "gradients", "programs", "require", "values"]


def require(outcome: Outcome) -> Outcome:
    """Return ``outcome`` if it is a pass.

    Raises:
        CheckFailed: it is anything else.
    """
    if not outcome.passed:
        raise CheckFailed(outcome)
    return outcome


def converged(*args: Any, **kwargs: Any) -> Outcome:
    """Judge trained parameters; see ``autograder.checks.convergence.converged``."""
    from autograder.checks.convergence import converged as judge

    return require(judge(*args, **kwargs))


def gradients(*args: Any, **kwargs: Any) -> Outcome:
    """Judge gradients; see ``autograder.checks.gradients.gradients``."""
    from autograder.checks.gradients import gradients as judge

    return require(judge(*args, **kwargs))


def programs(*args: Any, **kwargs: Any) -> Outcome:
    """Judge whole expression graphs; see ``autograder.checks.programs.programs``."""
    from autograder.checks.programs import programs as judge

    return require(judge(*args, **kwargs))


def values(*args: Any, **kwargs: Any) -> Outcome:
    """Judge returned values; see ``autograder.checks.values.values``."""
    from autograder.checks.values import values as judge

    return require(judge(*args, **kwargs))
