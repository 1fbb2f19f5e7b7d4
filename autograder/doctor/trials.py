"""Runs inside a student process of the probe: tries what must be impossible, each thing in several steps.

A way either raises ``OSError``, was refused, or gives back what it got hold of; the grader judges that
(``probe``), and looks at its own things (``bait``), rather than taking this side's word. Needs Linux.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.doctor import exhaustion, reach

if TYPE_CHECKING:
    from autograder.doctor.steps import Facts, Way


def attempt(trial: str, facts: Facts) -> dict[str, dict[str, Any]]:
    """Try one thing in every way.

    Args:
        trial: a function of ``reach``, of ``exhaustion``, or ``control``.
        facts: what the way needs to know: paths, numbers of processes, addresses.

    Returns:
        By way: under ``"got"`` what it gave back, under ``"refused"`` and ``"unclear"`` why it did not.
    """
    outcome: dict[str, dict[str, Any]] = {"got": {}, "refused": {}, "unclear": {}}
    for way, try_it in _TRIALS[trial](facts):
        try:
            outcome["got"][way] = try_it()
        except OSError as error:
            outcome["refused"][way] = error.strerror or str(error)
        except MemoryError:
            outcome["refused"][way] = "no memory"
        except Exception as error:  # noqa: BLE001 - a way that fails by itself proves nothing
            outcome["unclear"][way] = f"{type(error).__name__}: {error}"
    return outcome


def control(facts: Facts) -> Iterator[Way]:
    """What an honest notebook does: it must go well, or the refusals of all else would prove nothing."""

    def work() -> bool:
        Path(facts["token"]).write_text("mine")
        mine = Path(facts["token"]).read_text()
        Path(facts["token"]).unlink()
        return mine == "mine" and Path(contextlib.__file__).is_file()

    yield "writing and reading a file of its own", work


_TRIALS: dict[str, Callable[[Facts], Iterator[Way]]] = {**vars(reach), **vars(exhaustion), "control": control}
