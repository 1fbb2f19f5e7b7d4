"""Whose a file is, by the name that a course system gives it in what it hands out for download.

Canvas (``lib/content_zipper.rb``), in one folder; LATE and the ``-1`` of a name that was taken are optional,
and an anonymous student is ``anon_ID`` instead of name and id::

    lovelaceada_LATE_USER_ATTACHMENT_autograd-1.ipynb
    lovelaceada_USER_text.html                          what was typed in instead

Moodle (``mod/assign/classes/downloader.php``), as folders or, by a setting, in one folder::

    Ada Lovelace_ID_assignsubmission_file_/autograd.ipynb
    Ada Lovelace_ID_assignsubmission_file_autograd.ipynb

Gradescope::

    assignment_N_export/submission_metadata.yml
    assignment_N_export/submission_ID/autograd.ipynb
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from autograder.grading.intake.naming import is_notebook, stem

_CANVAS = re.compile(
    r"(?:(?:LATE_)?anon_(?P<anonymous>[^_]+)|(?P<name>.+?)_(?:LATE_)?(?P<user>\d+))"
    r"_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<typed>text|link)\.html)",
    re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>.*)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?", re.DOTALL
)
_GRADESCOPE = re.compile(r"(?:assignment_\d+_export/)?submission_(?P<id>\d+)/(?P<file>.+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Student:
    """A student as a course system knows them."""

    system: str
    """"Canvas", "Moodle", "Gradescope", or empty."""
    key: str
    """Tells students of one system apart."""
    label: str
    """What to call them if no roster knows better."""
    ids: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file belongs."""

    unit: str
    """Files of one unit were handed in together."""
    students: tuple[Student, ...]
    file: str
    """Its name as it was handed in, with folders."""
    order: int = 0
    """The larger, the newer; 0: unknown."""
    handed_in: datetime | None = None
    """When, with an offset, if the system says so."""


Layout = Callable[[str], Place | None]


def is_junk(name: str) -> bool:
    """Whether a file is what Jupyter, macOS and editors leave behind."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.split("/"))


def canvas(name: str) -> Place | None:
    """Where a file of a Canvas download belongs."""
    match = None if "/" in name else _CANVAS.fullmatch(name)
    if match is None:
        return None
    if match["anonymous"]:
        key = label = f"anon_{match['anonymous']}"
        student = Student(system="Canvas", key=key, label=label, ids=(match["anonymous"],))
    else:
        key, label = match["user"], f"{match['name']}_{match['user']}"
        student = Student(system="Canvas", key=key, label=label, ids=(key,), name=match["name"])
    file = match["file"] or f"{match['typed']}.html"
    return Place(unit=key, students=(student,), file=file, order=_number(match["attachment"]))


def moodle(name: str) -> Place | None:
    """Where a file of a Moodle download belongs."""
    first, _, rest = name.partition("/")
    match = _MOODLE.fullmatch(first)
    if match is None:
        return None
    id = match["id"]
    label, ids = f"{match['name']}_{id}", (id, f"Participant {id}")  # the latter: as in Moodle's own tables
    student = Student(system="Moodle", key=id, label=label, ids=ids, name=match["name"])
    return Place(unit=id, students=(student,), file=rest or match["file"] or match["plugin"])


@dataclass(frozen=True, slots=True)
class Submitter:
    """One of those who handed in a submission on Gradescope."""

    name: str = ""
    sid: str = ""
    email: str = ""
    at: datetime | None = None
    """When, with an offset."""


def gradescope(submitters: dict[str, list[Submitter]]) -> Layout:
    """The layout of a Gradescope download, given who handed in what, by the submission's folder."""

    def layout(name: str) -> Place | None:
        match = _GRADESCOPE.fullmatch(name)
        if match is None:
            return None
        unit = f"submission_{match['id']}"
        people = [_submitter(person, unit) for person in submitters.get(unit, [])]
        students = tuple({student.key: student for student in people}.values())
        nobody = Student(system="Gradescope", key=unit, label=unit, ids=(match["id"],))
        order = _number(match["id"])
        at = next((person.at for person in submitters.get(unit, ()) if person.at), None)
        everybody = students or (nobody,)
        return Place(unit=unit, students=everybody, file=match["file"], order=order, handed_in=at)

    return layout


def _submitter(person: Submitter, unit: str) -> Student:
    ids = tuple(filter(None, (person.sid, person.email)))
    # A name is chosen freely, and must not be taken for an id.
    key = f"id {ids[0]}" if ids else f"{unit} {person.name}"
    label = ids[0] if ids else person.name or unit
    return Student(system="Gradescope", key=key, label=label, ids=ids, name=person.name)


def plain(name: str) -> Place | None:
    """Where a file of an archive made by hand belongs: notebooks, or a folder per student."""
    first, _, rest = name.partition("/")
    if not rest:
        first = first.removesuffix(".safetensors") + ".ipynb" if first.endswith(".safetensors") else first
        if not is_notebook(first):
            return None
    student = Student(system="", key=first, label=first, ids=(stem(first),), name=stem(first))
    return Place(unit=first, students=(student,), file=rest or name)


def is_metadata(name: str) -> bool:
    """Whether this is Gradescope's own file. Students' folders may hold one of that name as well."""
    return re.fullmatch(r"(assignment_\d+_export/)?submission_metadata\.yml", name) is not None


def recognise(names: Sequence[str]) -> tuple[str, Layout] | None:
    """Canvas or Moodle, if most of the notebooks and archives are called as there.

    Gradescope is known by a file of its own.
    """
    relevant = {name for name in names if name.lower().endswith((".ipynb", ".zip")) and not is_junk(name)}
    systems: tuple[tuple[str, Layout], ...] = (("Moodle", moodle), ("Canvas", canvas))
    for system, layout in systems:
        places = [place for name in relevant if (place := layout(name))]
        # No two attachments of Canvas share a number: hw_1_2_ann.ipynb and hw_1_2_bob.ipynb are not of it.
        orders = [place.order for place in places if place.order]
        if 2 * len(places) > len(relevant) and len(set(orders)) == len(orders):
            return system, layout
    return None


def _number(digits: str | None) -> int:
    return int(digits) if digits and len(digits) <= 30 else 0
