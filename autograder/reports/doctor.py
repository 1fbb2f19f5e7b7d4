"""What ``autograder doctor`` shows: strategies × promises, what got through, what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.doctor.choice import best
from autograder.doctor.probe import CAPABILITIES, REQUIRED, Probe, Trial
from autograder.doctor.remedy import Remedy, System, remedy, remedy_for_metering
from autograder.reports.text import clean, one_line

_WIDTH = 80


def advice(probes: Sequence[Probe], system: System) -> Remedy | None:
    """What would make it better; None if nothing would."""
    taken = best(probes)
    if taken.strategy == "metered" and taken.sufficient:
        return None
    return remedy_for_metering(system) if taken.strategy == "contained" else remedy(system)


def to_json(probes: Sequence[Probe], system: System) -> dict[str, Any]:
    """For ``json.dumps``; follows ``doctor.schema.json``."""
    taken, mending = best(probes), advice(probes, system)
    return {
        "version": 1,
        "auto": taken.strategy,
        "hidden_tests": taken.sufficient,
        "required": list(REQUIRED),
        "strategies": [probe.to_json() for probe in probes],
        "remedy": None if mending is None else mending.to_json(),
    }


def text(probes: Sequence[Probe], system: System) -> list[str]:
    """For a terminal."""
    taken, mending = best(probes), advice(probes, system)
    lines = [*_table(probes), ""]
    for probe in probes:
        lines += _findings(probe)
    lines += _wrap(
        f"auto takes {taken.strategy}: "
        + (
            "notebooks can be graded with hidden tests."
            if taken.sufficient
            else "notebooks cannot be graded with hidden tests, which needs all that is marked *."
        )
    )
    if mending is not None:
        better = "It would be better still" if taken.sufficient else "To mend it"
        lines += [*_wrap(f"{better}: {mending.reason}."), f"    {mending.command}"]
    return lines


def _table(probes: Sequence[Probe]) -> Iterator[str]:
    names = [probe.strategy for probe in probes]
    width = max(map(len, CAPABILITIES)) + 2
    yield " " * width + "".join(f"  {name:>10}" for name in names)
    for capability in CAPABILITIES:
        mark = "*" if capability in REQUIRED else ""
        cells = ("–" if not p.available else "yes" if capability in p.capabilities else "no" for p in probes)
        yield f"{capability + mark:<{width}}" + "".join(f"  {cell:>10}" for cell in cells)


def _findings(probe: Probe) -> Iterator[str]:
    if not probe.available:
        yield from _wrap(f"{probe.strategy} cannot be used: {one_line(probe.unavailable, limit=300)}.")
        yield ""
        return
    through = [trial for trial in probe.trials if trial.outcome == "through"]
    unclear = [trial for trial in probe.trials if trial.outcome == "unclear"]
    refused = sum(trial.outcome == "refused" for trial in probe.trials)
    if not probe.trials:
        yield f"{probe.strategy}: nothing was tried, and nothing is promised."
    else:
        yield f"{probe.strategy}: {len(probe.trials)} things were tried, {refused} were refused."
    for trial in through:
        yield from _item(f"got through: {trial.what}", trial)
    for trial in unclear:
        yield from _item(f"could not be tried: {trial.what}", trial)
    yield ""


def _item(beginning: str, trial: Trial) -> Iterator[str]:
    shown = clean("; ".join(trial.detail[:2]))
    more = f"; {len(trial.detail) - 2} more" if len(trial.detail) > 2 else ""
    yield from _wrap(f"{beginning} ({one_line(shown, limit=300)}{more})", indent="  ")


def _wrap(line: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        line,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  " if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
