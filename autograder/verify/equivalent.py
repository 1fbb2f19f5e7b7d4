"""Mutants that are no mistakes: those that make the same code, and those of which a person says why.

``reference/NAME/equivalent.toml``::

    [[equivalent]]
    definition = "relu"
    old = "x > 0"
    new = "x >= 0"
    reason = "At 0 both give 0."

An entry is meant for the mutants of ``definition`` that put ``new`` in the place of ``old``, both parts of a
line. An entry for no mutant is an error: it would lie in wait for a mistake.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.verify.mutants import Mutant, same_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the file."""

    definition: str
    old: str
    new: str
    reason: str

    def covers(self, mutant: Mutant) -> bool:
        """Whether the mutant is this change and no other."""
        return self.definition == mutant.definition and any(
            before.replace(self.old, self.new, 1) == after
            for before, after in zip(mutant.old, mutant.new, strict=False)
            if self.old in before and before != after
        )


def read(path: Path) -> list[Entry]:
    """The entries of a file; none if there is no such file.

    Raises:
        UsageError: the file cannot be read, or an entry lacks something.
    """
    if not path.is_file():
        return []
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return [Entry(**entry) for entry in data["equivalent"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"cannot read the equivalent mutants ({error}): {path}") from None


def reasons(reference: str, found: Sequence[Mutant], path: Path) -> dict[str, str]:
    """Why a mutant is no mistake, by the names of those of which it is known.

    Raises:
        UsageError: the file at ``path`` is wrong, or has an entry for no mutant.
    """
    known = {
        mutant.name: "Python makes the same code of it." for mutant in found if same_code(reference, mutant)
    }
    for entry in read(path):
        covered = [mutant for mutant in found if entry.covers(mutant)]
        if not covered:
            raise UsageError(
                f"no mutant of {entry.definition} puts {entry.new!r} in the place of {entry.old!r}: {path}"
            )
        known |= {mutant.name: entry.reason for mutant in covered}
    return known
