"""Who handed in what and when, from the ``submission_metadata.yml`` of a Gradescope download.

::

    submission_1234:
      :submitters:
      - :name: Ada Lovelace
        :sid: '1001'
        :email: ada@example.edu
      :created_at: 2026-10-01 12:00:00.000000000 Z
      :results: …

Beside that it holds the output of earlier gradings, which students write: values of other keys are passed
over as they are parsed, so that nothing is made of them, however they are nested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import yaml

from autograder.dates import moment
from autograder.grading.intake.layouts import Submitter

MAX_BYTES = 64 * 2**20
_MAX_SUBMITTERS = 100
_MAX_TIME = 100
"""Characters."""
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def submitters(data: bytes) -> dict[str, list[Submitter]]:
    """Folder of a submission to those who handed it in.

    Raises:
        ValueError: the file is not such a YAML file; the message says where it went wrong.
    """
    try:
        return dict(_submissions(yaml.parse(data, Loader=_LOADER)))
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", None)
        raise ValueError("not YAML" if line is None else f"not YAML, line {line + 1}") from None


def _submissions(events: Iterator[Any]) -> Iterator[tuple[str, list[Submitter]]]:
    for key, event in _top(events):
        found: list[Submitter] = []
        created: datetime | None = None
        for name, value in _pairs(events, event):
            if name == ":submitters":
                found = [
                    Submitter(person.get(":name", ""), person.get(":sid", ""), person.get(":email", ""))
                    for person in _people(events, value)
                ]
            else:
                _skip(events, value)
                if name == ":created_at":
                    created = moment(_text(value)[:_MAX_TIME])
        # Without an offset nobody knows what it means.
        at = created if created and created.tzinfo else None
        yield key, [replace(person, at=at) for person in found]


def _top(events: Iterator[Any]) -> Iterator[tuple[str, Any]]:
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            yield from _pairs(events, event)
            return


def _pairs(events: Iterator[Any], start: Any) -> Iterator[tuple[str, Any]]:
    """Key and first event of the value of each pair; whoever asks for the next has taken the whole value."""
    if not isinstance(start, yaml.MappingStartEvent):
        _skip(events, start)
        return
    for key in events:
        if isinstance(key, yaml.MappingEndEvent):
            return
        _skip(events, key)
        yield _text(key), next(events)


def _people(events: Iterator[Any], start: Any) -> Iterator[dict[str, str]]:
    if not isinstance(start, yaml.SequenceStartEvent):
        _skip(events, start)
        return
    for number, event in enumerate(events):
        if isinstance(event, yaml.SequenceEndEvent):
            return
        person = {}
        for name, value in _pairs(events, event):
            _skip(events, value)
            if name in (":name", ":sid", ":email"):
                person[name] = _text(value)
        if number < _MAX_SUBMITTERS:
            yield person


def _skip(events: Iterator[Any], event: Any) -> None:
    """Pass over the rest of a value."""
    depth = 0
    while True:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth <= 0:
            return
        event = next(events)


def _text(event: Any) -> str:
    value = event.value if isinstance(event, yaml.ScalarEvent) else ""
    return str(value).encode("utf-8", "replace").decode().strip()
