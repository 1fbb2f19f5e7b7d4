"""Which strategy a batch takes: the strongest that holds what it promises, and none by accident."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from autograder.doctor.probe import CAPABILITIES, REQUIRED, Probe
from autograder.doctor.remedy import System, remedy
from autograder.errors import UsageError
from autograder.isolation.strategies import NAMES

AUTO = "auto"
OVERRIDE = "--allow-unsandboxed-grading"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a batch runs with."""

    strategy: str
    label: str
    """What every result says; ``"none"`` where somebody insisted on grading with less than is needed."""
    missing: tuple[str, ...]
    """What it does not promise."""

    @property
    def line(self) -> str:
        """For the beginning of a batch."""
        if self.strategy == "none":
            return "isolation: none; a notebook can read, change and send what you can"
        fence = "" if self.label == self.strategy else f" (locked as far as {self.strategy} goes)"
        if not self.missing:
            return f"isolation: {self.label}{fence}; all that it promises was tried and holds"
        return f"isolation: {self.label}{fence}; not promised: {', '.join(self.missing)}"


def choose(
    asked: str,
    probe: Callable[[str], Probe],
    *,
    hidden: bool,
    allow: bool = False,
    system: System | None = None,
) -> Choice:
    """Choose a strategy.

    Args:
        asked: one of ``strategies.NAMES``, or ``"auto"``.
        probe: tries the strategy of that name.
        hidden: whether the hidden tests will run, which takes what ``REQUIRED`` lists.
        allow: run them even without it.
        system: for the advice; this one if not given.

    Raises:
        UsageError: the strategy cannot be used, or is too weak; with what to do about it.
    """
    found = strongest(probe) if asked == AUTO else _only(asked, probe, system)
    if hidden and not found.sufficient and not allow:
        raise UsageError(refusal(found, asked, system))
    unfit = hidden and not found.sufficient
    return Choice(strategy=found.strategy, label="none" if unfit else found.strategy, missing=found.missing)


def strongest(probe: Callable[[str], Probe]) -> Probe:
    """The strongest strategy that suffices; if none does, the one that promises most."""
    found = []
    for name in reversed(NAMES):
        found.append(probe(name))
        if found[-1].sufficient:
            return found[-1]
    return best(found)


def best(probes: Iterable[Probe]) -> Probe:
    """The one to take of those that were tried."""
    ordered = sorted(probes, key=lambda probe: NAMES.index(probe.strategy), reverse=True)
    able = [probe for probe in ordered if probe.available] or [Probe(strategy="none")]
    return next(
        (probe for probe in able if probe.sufficient), max(able, key=lambda probe: len(probe.capabilities))
    )


def _only(name: str, probe: Callable[[str], Probe], system: System | None) -> Probe:
    if name == "none":  # there is nothing to try
        return Probe(strategy=name)
    found = probe(name)
    if not found.available:
        raise UsageError(f"isolation {name} cannot be used here, {found.unavailable}; {_mending(system)}")
    return found


def refusal(found: Probe, asked: str, system: System | None = None) -> str:
    """Why hidden tests are not run, and what to do, in one sentence."""
    if asked == "none":
        return (
            "hidden tests are not run with isolation none, which lets a notebook read them; ask for another, "
            f"or insist with {OVERRIDE}"
        )
    if found.strategy == "none":
        what = "nothing here keeps a notebook from reading them"
    else:
        lacking = [CAPABILITIES[name] for name in found.missing if name in REQUIRED]
        best = "the best isolation here" if asked == AUTO else "the isolation"
        what = f"{best}, {found.strategy}, does not promise that {', and that '.join(lacking)}"
    return f"hidden tests are not run: {what}; {_mending(system)} (or insist with {OVERRIDE})"


def _mending(system: System | None) -> str:
    advice = remedy(system or System.here())
    return f"{advice.reason}: {advice.command}"
