"""The solutions of which a course knows what they must get, and the notebooks made of them.

``reference/NAME/wrong/*.py`` are patches of the reference (see ``autograder.notebook.variant``),
``reference/NAME/alternative/*.py`` whole solutions. ``X.safetensors`` beside one holds its trained weights;
without it, it has those of the reference, if there are any.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.notebook.read import from_percent
from autograder.notebook.variant import describe, variant
from autograder.reports.json_file import write_text
from autograder.verify.cells import not_for_show

if TYPE_CHECKING:
    from autograder.course import Assignment

WEIGHTS = ".safetensors"
OWN_WEIGHTS = "weights of its own"

_NO_FIGURES = 'import matplotlib\nmatplotlib.use("template")  # the backend that draws nothing'


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """The reference or an alternative: must get full marks."""

    name: str
    text: str
    """The solution in percent format."""
    weights: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A patch of the reference: must be rejected by the questions that it names, and by no other."""

    name: str
    patch: str
    mistake: str
    rejected_by: frozenset[str]
    defines: frozenset[str]
    """Names that the patch defines, and ``OWN_WEIGHTS`` if it has some: two patches that share one of these
    cannot stand in one notebook."""
    weights: Path | None


def require(assignment: Assignment) -> None:
    """Refuse an assignment that cannot be verified.

    Raises:
        UsageError: it has no reference, or no hidden tests.
    """
    for path in (assignment.reference_source, assignment.hidden_tests):
        if not path.is_file():
            raise UsageError(f"cannot verify {assignment.name} without this file: {path}")


def right(assignment: Assignment) -> list[Right]:
    """The reference, then the alternatives by name."""
    source = assignment.reference_source
    files = [source, *sorted((assignment.reference_directory / "alternative").glob("*.py"))]
    return [
        Right(
            name="reference" if path == source else path.stem,
            text=_text(path),
            weights=weights(assignment, path),
        )
        for path in files
    ]


def wrong(assignment: Assignment, known: Iterable[str]) -> list[Wrong]:
    """The wrong solutions by name.

    Args:
        assignment: whose reference they change.
        known: the ids of its questions.

    Raises:
        UsageError: a patch does not fit the reference, or its docstring is incomplete; the message names it.
    """
    reference = _text(assignment.reference_source)
    found = []
    for path in sorted((assignment.reference_directory / "wrong").glob("*.py")):
        patch = _text(path)
        try:
            described = describe(patch)
            variant(reference, patch)
        except UsageError as error:
            raise UsageError(f"{error}: {path}") from None
        if unknown := set(described.rejected_by) - set(known):
            raise UsageError(f"there is no question {', '.join(sorted(unknown))} to reject this: {path}")
        trained = weights(assignment, path)
        own = {OWN_WEIGHTS} if trained is not None and trained.stem == path.stem else set()
        found.append(
            Wrong(
                name=path.stem,
                patch=patch,
                mistake=described.mistake,
                rejected_by=frozenset(described.rejected_by),
                defines=frozenset(_defined(patch) | own),
                weights=trained,
            )
        )
    return found


def together(assignment: Assignment, solutions: Sequence[Wrong]) -> str:
    """The reference with the mistakes of all of them, in percent format."""
    text = _text(assignment.reference_source)
    for solution in solutions:
        text = variant(text, solution.patch)
    return text


def write(
    path: Path,
    percent: str,
    trained: Path | None,
    *,
    figures: bool = True,
    asked_for: Set[str] | None = None,
) -> Path:
    """Write a notebook, with its weights beside it; returns its path.

    Args:
        path: of the notebook.
        percent: its source in percent format.
        trained: the file with its weights.
        figures: draw figures, which takes a good part of the time. Without, all cells run all the same.
        asked_for: names that the tests ask for, to leave out what is for show, see ``cells``.
    """
    import nbformat

    sources = [cell.source for cell in from_percent(percent).cells]
    if asked_for is not None:
        sources = not_for_show(sources, asked_for)
    if not figures and "matplotlib" in percent:
        sources.insert(0, _NO_FIGURES)
    cells = [
        nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        for number, source in enumerate(sources, start=1)
    ]
    write_text(path, nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    if trained is not None:
        shutil.copyfile(trained, path.with_suffix(WEIGHTS))
    return path


def weights(assignment: Assignment, solution: Path) -> Path | None:
    """The weights of a solution under ``reference/``: its own, or the reference's; None if there are none."""
    beside = (solution.with_suffix(WEIGHTS), assignment.reference_source.with_suffix(WEIGHTS))
    return next((path for path in beside if path.is_file()), None)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the solution ({error}): {path}") from None


def _defined(patch: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(patch).body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names
