"""`autograder verify` on small courses: one that is as it should be, and one with every fault there is."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.demo import HIDDEN, PUBLIC, DemoCourse

pytestmark = pytest.mark.slow

MORE = '''
@question("1.20", points=1)
def test_name(student):
    """name() is one letter"""
    name = student.name()
    assert name == "x", f"It is {name}."

@question("1.30", points=1)
def test_place(student):
    """place() is here"""
    assert student.place() == "here", f"This is said by {sorted({'a', 'b', 'c', 'd', 'e', 'f'}, key=hash)}."
'''

NAMES = ["double(x)", "quadruple(x)", "finish()", "last()", "name()", "place()"]
BODIES = ["2 * x", "double(double(x))", "word()", "10", '"x"', '"here"']


def percent(bodies: list[str], *, open: frozenset[str] = frozenset()) -> str:
    """A solution; each body is a solution region, but for those of the functions in ``open``."""
    cells = ['def word():\n    return "done"']
    for name, body in zip(NAMES, bodies, strict=True):
        lines = f"    ### BEGIN SOLUTION\n    return {body}\n    ### END SOLUTION"
        cells.append(f"def {name}:\n" + (f"    return {body}" if name in open else lines))
    return "".join(f"# %%\n{cell}\n\n" for cell in cells)


def wrong(course: DemoCourse, name: str, rejected_by: str, code: str) -> None:
    folder = course.reference / "wrong"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(f'"""A mistake.\n\nrejected by: {rejected_by}\n"""\n\n{code}\n')


def alternative(course: DemoCourse, name: str, bodies: list[str]) -> None:
    folder = course.reference / "alternative"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(percent(bodies))


def build(root: Path) -> DemoCourse:
    """A course whose grading is right."""
    course = DemoCourse(root)
    (course.folder / "test_demo.py").write_text(PUBLIC + MORE)
    (course.reference / "demo.py").write_text(percent(BODIES))
    alternative(course, "sums", ["x + x", "x + x + x + x", '"do" + "ne"', "5 + 5", '"xyz"[0]', '"here"'])
    wrong(course, "triple", "1.1", "def double(x):\n    return 3 * x")
    wrong(course, "absolute", "1.1", "def double(x):\n    return -2 * x if x < 0 else 2 * x")
    wrong(course, "add_four", "1.2", "def quadruple(x):\n    return x + 4")
    wrong(course, "undone", "1.3", 'def word():\n    return "undone"')
    wrong(course, "eleven", "1.10", "def last():\n    return 11")
    return course


def verify(course: DemoCourse, *arguments: str) -> tuple[int, dict[str, Any], str]:
    """The exit code, the JSON and what was printed beside it."""
    command = [sys.executable, "-m", "autograder.cli", "verify", "--course", str(course.root), "--json", "-"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=600, check=False)
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


def slips(found: dict[str, Any]) -> dict[tuple[str, str], str]:
    (assignment,) = found["assignments"]
    return {(slip["kind"], slip["name"]): slip["what"] for slip in assignment["slips"]}


def test_a_course_that_is_as_it_should_be(tmp_path: Path) -> None:
    course = build(tmp_path / "course")
    packed = verify(course, "01_demo")
    each = verify(course, "--each", "--jobs", "2")
    for status, found, printed in (packed, each):
        assert status == 0, printed
        assert slips(found) == {}
        (assignment,) = found["assignments"]
        assert (assignment["wrong_solutions"], assignment["right_solutions"]) == (5, 2)
        assert "false passes  0 / 5 (0.0 %) wrong solutions" in printed
        assert "false fails   0 / 2 (0.0 %) right solutions" in printed
    assert packed[1]["assignments"][0]["judged_alone"] == []
    assert len(each[1]["assignments"][0]["judged_alone"]) == 5


def test_the_parts_together_are_all_wrong_solutions(tmp_path: Path) -> None:
    course = build(tmp_path / "course")
    wrong(course, "not_wrong_at_all", "1.3", "def finish():\n    return str(word())")
    numbers, slipped = 0, []
    for part in ("1/2", "2/2"):
        _, found, _ = verify(course, "--part", part)
        (assignment,) = found["assignments"]
        assert assignment["right_solutions"] == 2
        numbers += assignment["wrong_solutions"]
        slipped += assignment["false_passes"]
    assert (numbers, slipped) == (6, ["not_wrong_at_all"])


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "a/b"])
def test_a_part_that_there_is_not_is_refused(tmp_path: Path, part: str) -> None:
    status, found, printed = verify(build(tmp_path / "course"), "--part", part)
    assert (status, found) == (2, None)
    assert "K/N" in printed


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any], str]:
    course = build(tmp_path_factory.mktemp("verify") / "course")
    # 1.10 is solved in what students get
    (course.reference / "demo.py").write_text(percent(BODIES, open=frozenset({"last()"})))
    # right, and rejected
    alternative(course, "ten_in_words", [*BODIES[:3], '"ten"', *BODIES[4:]])
    # two faults that hide each other where they share a notebook
    wrong(course, "not_wrong_at_all", "1.3", "def finish():\n    return str(word())")
    wrong(course, "more_than_it_says", "1.10", 'def last():\n    return 12\n\ndef word():\n    return "no"')
    # graded otherwise each time: by the solution's fault, and by the test's
    wrong(course, "says_its_process", "1.20", "def name():\n    import os\n    return str(os.getpid())")
    wrong(course, "elsewhere", "1.30", 'def place():\n    return "there"')
    # given away: a solution, a hidden test, the weights
    (course.folder / "notes.md").write_text("A hint: `return double(double(x))`.\n")
    (course.folder / "test_demo.py").write_text(PUBLIC + MORE + HIDDEN)
    weights = random.Random(0).randbytes(10_000)
    (course.reference / "demo.safetensors").write_bytes(weights)
    (course.folder / "start.bin").write_bytes(b"\0" * 7 + weights[5_000:6_000])
    return verify(course)


def test_everything_wrong_is_found_and_nothing_else(verified) -> None:
    status, found, printed = verified
    assert status == 1, printed
    repeatable = {key for key in slips(found) if key[0] != "not repeatable"}
    assert repeatable == {
        ("false pass", "not_wrong_at_all"),
        ("wrong question", "more_than_it_says"),
        ("false fail", "ten_in_words"),
        ("skeleton", "skeleton"),
        ("leak", "notes.md"),
        ("leak", "test_demo.py"),
        ("leak", "start.bin"),
    }
    for kind, name in repeatable:
        assert f"{kind}: {name}" in printed


def test_it_says_what_happened_instead(verified) -> None:
    said = slips(verified[1])
    assert said["false pass", "not_wrong_at_all"].startswith("1.3 says pass")
    assert said["wrong question", "more_than_it_says"].startswith("1.3 says fail")
    assert said["false fail", "ten_in_words"].startswith("1.10 says fail")
    assert said["skeleton", "skeleton"].startswith("1.10 says pass")
    assert "return double(double(x))" in said["leak", "notes.md"]
    assert "test_double_of_a_negative_number" in said["leak", "test_demo.py"]
    assert "demo.safetensors" in said["leak", "start.bin"]


def test_grades_that_change_are_found(verified) -> None:
    changing = "".join(what for (kind, _), what in slips(verified[1]).items() if kind == "not repeatable")
    assert "1.20: message is" in changing
    assert "1.30: message is" in changing


def test_the_rates_count_solutions(verified) -> None:
    _, found, printed = verified
    assert (found["false_passes"], found["wrong_solutions"]) == (1, 9)
    assert (found["false_fails"], found["right_solutions"]) == (1, 3)
    assert "false passes  1 / 9 (11.1 %)" in printed
    assert "false fails   1 / 3 (33.3 %)" in printed


def test_what_cannot_be_judged_has_its_own_exit_code(tmp_path: Path) -> None:
    course = build(tmp_path / "course")
    (course.reference / "test_hidden.py").write_text(HIDDEN + '    raise OSError("the disk is full")\n')
    status, found, _ = verify(course)
    assert status == 3
    assert "the disk is full" in slips(found)["not judged", "reference"]
    assert found["false_passes"] == found["false_fails"] == 0


def test_mutants_are_killed_or_listed(tmp_path: Path) -> None:
    course = build(tmp_path / "course")
    text = percent(["x if x == 0.5 else 2 * x", *BODIES[1:]])
    (course.reference / "demo.py").write_text(text)
    (course.reference / "equivalent.toml").write_text(
        '[[equivalent]]\ndefinition = "last"\nold = "return 10"\nnew = "return None"\nreason = "So it be."\n'
    )
    status, found, printed = verify(course, "--generate")
    (assignment,) = found["assignments"]
    assert status == 1, printed
    assert assignment["graded"] == assignment["killed"] + len(assignment["survivors"])
    assert {survivor["diff"][1] for survivor in assignment["survivors"]} == {
        "+     return x if x == 1.0 else 2 * x"
    }
    assert list(assignment["equivalent"].values()) == ["So it be."]
    assert "-     return x if x == 0.5 else 2 * x" in printed
    assert verify(course, "--generate", "--limit", "2", "--at-least", "0")[0] == 0


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda c: wrong(c, "lost", "1.1", "def nowhere():\n    return 1"), ["nowhere", "lost.py"]),
        (lambda c: wrong(c, "odd", "9.9", "def last():\n    return 1"), ["9.9", "odd.py"]),
        (
            lambda c: (c.reference / "test_hidden.py").write_text("import no_such"),
            ["no_such", "test_hidden.py"],
        ),
        (lambda c: (c.reference / "demo.py").unlink(), ["01_demo", "demo.py"]),
    ],
)
def test_usage_errors_name_the_file(tmp_path: Path, break_it, words: list[str]) -> None:
    course = build(tmp_path / "course")
    break_it(course)
    status, found, printed = verify(course, "01_demo")
    assert (status, found) == (2, None)
    assert len(printed.splitlines()) == 1
    for word in words:
        assert word in printed
