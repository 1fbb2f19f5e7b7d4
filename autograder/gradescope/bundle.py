"""The zip that Gradescope takes as an autograder: one assignment, this package, and how to run it.

::

    setup.sh                 run once, when Gradescope makes the image
    run_autograder           run for each submission
    settings.sh              what to grade, and how
    autograder-*.whl         this package
    constraints.txt          the versions that it needs, as they are here
    course/                  the assignment; with hidden tests, its reference too
"""

from __future__ import annotations

import shlex
from importlib import resources
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.gradescope.wheel import files_below, pins, wheel, zipped
from autograder.reports.gradescope import VISIBILITIES

if TYPE_CHECKING:
    from autograder.course import Assignment

_SCRIPTS = ("setup.sh", "run_autograder")
_NOT_GRADED_BY = ("wrong", "alternative")
"""Folders beside a reference that show whether the tests are right."""


def bundle(assignment: Assignment, *, hidden: bool, visibility: str | None = None) -> bytes:
    """Pack an assignment; the same course and package give the same bytes.

    Args:
        assignment: what is graded.
        hidden: run the hidden tests too.
        visibility: when students see their grade; by default at once, and with hidden tests when it is
            published, because each attempt would tell something about them.

    Raises:
        UsageError: there are no hidden tests, or the package is not installed.
    """
    if hidden and not assignment.hidden_tests.is_file():
        raise UsageError(f"there are no hidden tests of {assignment.name}: {assignment.hidden_tests}")
    visibility = visibility or ("after_published" if hidden else "visible")
    if visibility not in VISIBILITIES:
        raise UsageError(f"visibility must be one of {', '.join(VISIBILITIES)}: {visibility!r}")
    name, package = wheel()
    settings = {
        "ASSIGNMENT": assignment.name,
        "HIDDEN": "--hidden" if hidden else "",
        "VISIBILITY": visibility,
    }
    files = {script: resources.files(__package__).joinpath(script).read_bytes() for script in _SCRIPTS}
    files["settings.sh"] = "".join(f"{key}={shlex.quote(v)}\n" for key, v in settings.items()).encode()
    files["constraints.txt"] = pins().encode()
    files[name] = package
    folders = [assignment.directory, *([assignment.reference_directory] if hidden else [])]
    root = assignment.directory.parent.parent
    for folder in folders:
        for path in files_below(folder):
            if folder == assignment.directory or path.relative_to(folder).parts[0] not in _NOT_GRADED_BY:
                files[f"course/{path.relative_to(root).as_posix()}"] = path.read_bytes()
    settings_of_course = root / "pyproject.toml"
    if settings_of_course.is_file():
        files["course/pyproject.toml"] = settings_of_course.read_bytes()
    return zipped(files, executable=frozenset(_SCRIPTS))
