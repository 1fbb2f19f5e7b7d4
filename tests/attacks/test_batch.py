"""A batch in which every fifth submission is hostile: each honest one gets the grade that it gets alone."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from autograder.course import Course
from autograder.grading.many import grade_many
from autograder.grading.one import grade_one
from autograder.grading.submissions import find
from autograder.isolation.strategies import strategy
from autograder.reports.json_file import grade_text
from tests.attacks.arena import available
from tests.attacks.mixed import NUMBER, WAYS, hand_in_mixed
from tests.attacks.world import World

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the strategies need Linux")


@pytest.mark.slow
def test_honest_submissions_get_the_grade_that_they_get_alone() -> None:
    name = available()[-1]
    with World() as world:
        folder = world.root / "attempts"
        ways = hand_in_mixed(folder, world, name)
        assignment = Course(root=world.course).assignment("01_attacked")
        before = world.files()
        graded = {
            submission.name: attempt
            for submission, attempt in grade_many(
                assignment, find(folder), hidden=True, jobs=2, isolation=name
            )
        }
        assert [*world.harm(before, _of_multiprocessing())] == []
        assert len(graded) == NUMBER
        with strategy(name, hidden=[world.course]) as alone:
            expected: dict[tuple[str, ...], str] = {}
            for stem, cells in ways.items():
                if cells not in expected:
                    attempt = grade_one(assignment, _path(folder, stem), hidden=True, isolation=alone)
                    expected[cells] = _without_name(grade_text([attempt.result]), stem)
                assert _without_name(grade_text([graded[stem].result]), stem) == expected[cells]
        assert world.token not in "".join(grade_text([a.result.for_student()]) for a in graded.values())
    assert len(set(expected.values())) == len(WAYS) - 1  # an exception in another cell costs nothing


def _of_multiprocessing() -> set[int]:
    """Its tracker of resources lives as long as this process."""
    tracker = "multiprocessing.resource_tracker"
    return {child.pid for child in psutil.Process().children() if tracker in " ".join(child.cmdline())}


def _path(folder: Path, stem: str) -> Path:
    return folder / f"{stem}.ipynb"


def _without_name(text: str, stem: str) -> str:
    """A result names its submission: by its file alone, by its row in a batch."""
    return text.replace(f'"{stem}.ipynb"', '"NAME"').replace(f'"{stem}"', '"NAME"')
