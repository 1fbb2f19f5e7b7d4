"""A course as data: assignments, their settings, their questions.

A course is a directory with ``assignments/`` and, on the instructor's side, ``reference/``. Reading it runs
no code of it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from autograder.errors import UsageError
from autograder.policy import CoursePolicy, Deadline, Rules, checked, deadline, read_course_policy

TestFunction = TypeVar("TestFunction", bound=Callable[..., object])

_SIZE_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "KB": 10**3, "MB": 10**6, "GB": 10**9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a student process may use. Durations in seconds of wall time, sizes in bytes."""

    cell: float = 30.0
    """One cell of the notebook."""
    call: float = 10.0
    """One call that a test makes."""
    total: float = 300.0
    """All cells and calls of one submission together, process starts not counted."""
    memory: int = 2 * 2**30
    """What the student's code may allocate beyond the interpreter and its libraries."""
    output: int = 10 * 2**20
    """What one cell or call may print or display."""
    answer: int = 64 * 2**20
    """What one call may return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What ``question`` says about one test."""

    id: str
    points: float
    needs: tuple[str, ...] = ()
    hint: str = ""
    about: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One folder under ``assignments/`` and its ``assignment.toml``."""

    directory: Path
    title: str
    notebook: str
    """File name of the student notebook in ``directory``."""
    limits: Limits = field(default_factory=Limits)
    files: tuple[str, ...] = ()
    """Public files (data, helper modules) that are copied beside the running notebook."""
    preload: tuple[str, ...] = ()
    """Modules imported before the first cell and before memory is counted, e.g. ``torch``."""
    forbidden: tuple[str, ...] = ()
    """Modules, functions and classes that no question's solution may use, by their full names."""
    weights: str = ""
    """Name of the file of trained weights that is handed in beside the notebook; empty if none is."""
    retrain: str = ""
    """Name of the notebook's function that trains them while it is graded, instead of the file."""
    deadline: Deadline = field(default_factory=Deadline)
    """Until when it can be handed in, and what lateness costs."""

    @property
    def name(self) -> str:
        """Name of the folder, e.g. ``01_autograd``."""
        return self.directory.name

    @property
    def notebook_path(self) -> Path:
        """The student notebook."""
        return self.directory / self.notebook

    @property
    def reference_directory(self) -> Path:
        """Folder of the reference, which only the instructor's side has."""
        return self.directory.parent.parent / "reference" / self.name

    @property
    def reference_source(self) -> Path:
        """The solved notebook in percent format."""
        return self.reference_directory / f"{Path(self.notebook).stem}.py"

    @property
    def hidden_tests(self) -> Path:
        """The hidden tests."""
        return self.reference_directory / "test_hidden.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A directory with ``assignments/``."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Course | None:
        """The course that contains ``start``, or None."""
        start = start.resolve()
        for directory in (start, *start.parents):
            if (directory / "assignments").is_dir():
                return cls(root=directory)
        return None

    def assignments(self) -> list[Assignment]:
        """All assignments, by name.

        Raises:
            UsageError: an ``assignment.toml`` is wrong.
        """
        return [
            load_assignment(path.parent) for path in sorted(self.root.glob("assignments/*/assignment.toml"))
        ]

    def assignment(self, name: str) -> Assignment:
        """The assignment called ``name``.

        Raises:
            UsageError: there is none; the message lists what there is.
        """
        directory = self.root / "assignments" / name
        if not (directory / "assignment.toml").is_file():
            known = ", ".join(a.name for a in self.assignments()) or "none"
            raise UsageError(f"cannot find an assignment of that name (there are: {known}): {name}")
        return load_assignment(directory)

    def policy(self) -> CoursePolicy:
        """How grades count in this course.

        Raises:
            UsageError: the course's settings are wrong.
        """
        return read_course_policy(self.root)

    def rules(self) -> dict[str, Rules]:
        """How the grades of all assignments count, by their names.

        Raises:
            UsageError: a setting is wrong.
        """
        policy = self.policy()
        return {a.name: policy.rules(a.deadline, a.directory / "assignment.toml") for a in self.assignments()}

    def assignment_of(self, path: Path) -> Assignment | None:
        """The assignment that a file under ``assignments/`` or ``reference/`` belongs to, or None."""
        try:
            kind, name, *_ = path.resolve().relative_to(self.root).parts
        except ValueError:
            return None
        directory = self.root / "assignments" / name
        if kind not in ("assignments", "reference") or not (directory / "assignment.toml").is_file():
            return None
        return load_assignment(directory)


def load_assignment(directory: Path) -> Assignment:
    """Read ``assignment.toml`` in ``directory``.

    Raises:
        UsageError: the file is missing, is not TOML, or has a wrong or unknown setting.
    """
    path = directory / "assignment.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"cannot read the assignment's settings ({error}): {path}") from None
    known = {
        "title": str,
        "notebook": str,
        "limits": dict,
        "files": list,
        "preload": list,
        "forbidden": list,
        "weights": str,
        "retrain": str,
        "due": object,
        "timezone": str,
        "late": dict,
    }
    checked(data, known, path)
    notebook = data.get("notebook") or _only_notebook(directory)
    weights = data.get("weights", "")
    for key, name in (("notebook", notebook), ("weights", weights)):
        if Path(name).name != name:
            raise UsageError(f"setting {key!r} must be a file name without directories: {path}")
    if data.get("retrain") and not weights:
        raise UsageError(f"setting 'retrain' needs the setting 'weights': {path}")
    return Assignment(
        directory=directory.resolve(),
        title=data.get("title", directory.name),
        notebook=notebook,
        limits=_limits(data.get("limits", {}), path),
        files=tuple(map(str, data.get("files", ()))),
        preload=tuple(map(str, data.get("preload", ()))),
        forbidden=_full_names(data.get("forbidden", ()), f"setting 'forbidden' of {path}"),
        weights=weights,
        retrain=data.get("retrain", ""),
        deadline=deadline(data, path),
    )


def _full_names(given: str | Sequence[str], what: str) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    for name in names:
        if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
            raise UsageError(f'{what} must be full names such as "torch.optim": {name!r}')
    return names


def _only_notebook(directory: Path) -> str:
    notebooks = sorted(directory.glob("*.ipynb"))
    if len(notebooks) != 1:
        raise UsageError(
            f"setting 'notebook' is needed where a folder has not exactly one notebook: {directory}"
        )
    return notebooks[0].name


def _limits(data: dict[str, Any], path: Path) -> Limits:
    kinds = {f.name: f.type for f in fields(Limits)}
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key not in kinds:
            raise UsageError(f"unknown limit {key!r} (known: {', '.join(kinds)}): {path}")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        number = value if is_number else parse_size(value) if kinds[key] == "int" else None
        if number is None or not number > 0:
            wanted = "a size such as '2 GiB'" if kinds[key] == "int" else "a number of seconds above 0"
            raise UsageError(f"limit {key!r} must be {wanted}: {path}")
        values[key] = int(number) if kinds[key] == "int" else float(number)
    return Limits(**values)


def parse_size(text: object) -> int | None:
    """Bytes in a size such as ``"512 MiB"``; None if it is not one."""
    match = re.fullmatch(r"\s*([\d.]{1,12})\s*([KMG]?i?B)\s*", text) if isinstance(text, str) else None
    if match is None or match[2] not in _SIZE_UNITS or match[1].count(".") > 1:
        return None
    return int(float(match[1]) * _SIZE_UNITS[match[2]])


def question(
    id: str,
    *,
    points: float,
    needs: str | Sequence[str] = (),
    hint: str = "",
    about: str | Sequence[str] = (),
    forbidden: str | Sequence[str] = (),
) -> Callable[[TestFunction], TestFunction]:
    """Make a test part of a grade.

    The first line of the test's docstring is the title that students see. Several tests may serve one
    question; each brings its own points.

    Args:
        id: number of the question, e.g. ``"1.4"``.
        points: what the test is worth.
        needs: ids of questions without which this one cannot be judged.
        hint: advice shown when the test does not pass.
        about: names of the notebook where a student should look, e.g. ``"op_mul"``; the first one that the
            notebook defines is shown with a wrong answer. By default the first name that the test uses.
        forbidden: full names of modules, functions or classes that the solution may not use, e.g.
            ``("torch.nn.functional.conv2d", "torch.nn.Conv2d")``, besides those of ``assignment.toml``. What
            is in an excluded module is excluded too. The notebook has to say so beforehand. See
            ``autograder.checks.forbidden`` for what counts as the solution.

    Raises:
        UsageError: the arguments make no sense.
    """
    if not isinstance(id, str) or not re.fullmatch(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*", id):
        raise UsageError(f'a question id is a text like "1.4": {id!r}')
    if isinstance(points, bool) or not isinstance(points, int | float) or not 0 <= points < float("inf"):
        raise UsageError(f"points of question {id} must be a number that is not negative: {points!r}")
    needed = (needs,) if isinstance(needs, str) else tuple(needs)
    named = (about,) if isinstance(about, str) else tuple(about)
    excluded = _full_names(forbidden, f"'forbidden' of question {id}")

    def mark(test: TestFunction) -> TestFunction:
        test.autograder_question = Question(  # type: ignore[attr-defined]
            id=id, points=points, needs=needed, hint=hint, about=named, forbidden=excluded
        )
        return test

    return mark


def question_of(test: object) -> Question | None:
    """What ``question`` said about a test function, or None."""
    found = getattr(test, "autograder_question", None)
    return found if isinstance(found, Question) else None


def question_order(id: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts ``"1.10"`` after ``"1.9"``."""
    return tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in id.split("."))
