"""The parts of `autograder verify` that grade nothing: packs, mutants, equivalent mutants, secrets."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.course import load_assignment
from autograder.errors import UsageError
from autograder.verdict import AssignmentResult, Outcome, QuestionResult, Verdict
from autograder.verify.cells import asked_for, not_for_show
from autograder.verify.equivalent import reasons
from autograder.verify.leaks import leaks, says_something
from autograder.verify.mutants import applied, mutants, same_code
from autograder.verify.packing import arrange, asked, believed
from autograder.verify.questions import builds_on
from autograder.verify.solutions import Wrong, wrong

if TYPE_CHECKING:
    from tests.demo import DemoCourse

NEEDS = {"1": set(), "2": {"1"}, "3": {"1", "2"}, "4": set(), "5": set()}


def mistake(name: str, *rejected_by: str, defines: str = "") -> Wrong:
    return Wrong(
        name=name,
        patch="",
        mistake="",
        rejected_by=frozenset(rejected_by),
        defines=frozenset([defines or name]),
        weights=None,
    )


def said(**messages: str) -> AssignmentResult:
    """A grade in which the questions of these numbers fail with these messages, except for ``pass``."""
    verdicts = {"pass": Verdict.PASS}
    questions = tuple(
        QuestionResult(
            id=id.removeprefix("q"),
            title="",
            points=0.0,
            max_points=1.0,
            outcome=Outcome(verdict=verdicts.get(message, Verdict.FAIL), message=message),
        )
        for id, message in messages.items()
    )
    return AssignmentResult(assignment="a", submission="s", isolation="none", questions=questions)


def test_no_mistake_of_a_pack_can_hide_another() -> None:
    solutions = [mistake(f"{id}{letter}", id) for id in NEEDS for letter in "abc"]
    solutions += [mistake("both", "4", "5"), mistake("same", "5", defines="4a")]
    first = arrange(solutions, NEEDS)
    second = arrange(solutions, NEEDS, apart_from=first)
    assert len(first) < len(solutions)
    for packs in (first, second):
        assert sorted(one.name for pack in packs for one in pack) == sorted(one.name for one in solutions)
        for pack in packs:
            for a, b in combinations(pack, 2):
                assert a.defines.isdisjoint(b.defines)
                for one, other in ((a, b), (b, a)):
                    below = set().union(*(NEEDS[id] for id in one.rejected_by))
                    assert other.rejected_by.isdisjoint(below | one.rejected_by)
    pairs = [
        {frozenset((a, b)) for pack in packs for a, b in combinations(pack, 2)} for packs in (first, second)
    ]
    assert pairs[0].isdisjoint(pairs[1])


def test_a_rejection_is_believed_if_it_is_the_same_in_other_company() -> None:
    a, b, c = mistake("a", "1"), mistake("b", "4"), mistake("c", "5")
    first = (
        {"1": (a, b), "2": (c,)},
        {"1": said(q1="x", q4="y", q5="pass"), "2": said(q1="pass", q4="pass", q5="z")},
    )
    again = {"1": (a, c), "2": (b,)}
    assert believed(
        [first, (again, {"1": said(q1="x", q4="pass", q5="z"), "2": said(q1="pass", q4="y", q5="pass")})]
    ) == {
        "a",
        "b",
        "c",
    }
    # a is rejected with another counterexample, and nothing rejects b by itself
    other = {"1": said(q1="w", q4="pass", q5="z"), "2": said(q1="pass", q4="pass", q5="pass")}
    assert believed([first, (again, other)]) == {"c"}
    # something rejects where nothing should: all who are there may have done it
    other = {"1": said(q1="x", q4="u", q5="z"), "2": said(q1="pass", q4="y", q5="pass")}
    assert believed([first, (again, other)]) == {"b"}


def test_the_second_time_all_is_asked_that_the_first_company_may_have_hidden() -> None:
    a, b, c = mistake("a", "3"), mistake("b", "4"), mistake("c", "5")
    # 5 is asked of a although neither of the two names it: c may have hidden that a breaks it
    assert asked((a, b), NEEDS, apart_from=[(a, c), (b,)]) == {"1", "2", "3", "4", "5"}
    assert asked((b,), NEEDS, apart_from=[(a, c), (b,)]) == {"4"}
    assert asked((a, b), NEEDS) == {"1", "2", "3", "4"}


SHOWN = [
    "import math\nimport plot",
    "SIZE = 3\nSCALE = 2\nplot.size = (SIZE, SIZE)",
    "def f(x):\n    return [x * SCALE for x in range(x)]\n\nplot.show(f(SIZE))",
    "net = f(4)\nlosses = [\n    n for n in net\n]",
    "def show(net):\n    losses = net",
    "plot.show(losses)",
    "%matplotlib inline",
    "answer = f(5)",
    "answer += 1",
]


def test_what_is_for_show_is_left_out() -> None:
    asked = asked_for(["def test(student):\n    assert student.answer == student['more'].net"])
    assert asked == {"answer", "more"}
    assert not_for_show(SHOWN, asked) == [
        "import math\nimport plot",
        "SIZE = 3\nSCALE = 2\nplot.size = (SIZE, SIZE)",
        "def f(x):\n    return [x * SCALE for x in range(x)]\n\n",
        "def show(net):\n    losses = net",
        "%matplotlib inline",
        "answer = f(5)",
        "answer += 1",
    ]
    assert not_for_show(["x = 2", "def f(x):\n    return x"], asked) == ["def f(x):\n    return x"]


REFERENCE = '''# %%
def f(x, axis):
    """f"""
    ### BEGIN SOLUTION
    y = np.sum(x, axis=0, keepdims=True)  # rows
    if y > 1 and not axis:
        y += 2.5
    return y.T, -x
    ### END SOLUTION

def given(x):
    return x + 1
'''


def test_mutants_change_solutions_and_nothing_else() -> None:
    found = mutants(REFERENCE)
    changed = {(mutant.operator, *(line.strip() for line in mutant.new)) for mutant in found}
    assert {
        ("axis", "y = np.sum(x, axis=1, keepdims=True)  # rows"),
        ("flag", "y = np.sum(x, axis=0, keepdims=False)  # rows"),
        ("arguments", "y = np.sum(axis=0, keepdims=True)  # rows"),
        ("arguments", "y = np.sum(x, keepdims=True)  # rows"),
        ("statement deleted", "pass  # rows"),
        ("comparison", "if y >= 1 and not axis:"),
        ("comparison", "if y < 1 and not axis:"),
        ("constant", "if y > 2 and not axis:"),
        ("and for or", "if y > 1 or not axis:"),
        ("condition", "if not (y > 1 and not axis):"),
        ("sign", "if y > 1 and (axis):"),
        ("arithmetic", "y -= 2.5"),
        ("constant", "y += 5.0"),
        ("transpose", "return y, -x"),
        ("sign", "return y.T, (x)"),
        ("order", "return -x, y.T"),
        ("return", "return None"),
    } <= changed
    assert len({mutant.name for mutant in found}) == len(found)
    assert {mutant.definition for mutant in found} == {"f"}
    lines = REFERENCE.splitlines()
    for mutant in found:
        assert tuple(lines[mutant.start : mutant.stop]) == mutant.old != mutant.new
        compile(applied(REFERENCE, [mutant]), "mutant", "exec")
        assert "return x + 1" in applied(REFERENCE, [mutant])
    assert found == mutants(REFERENCE)


def test_mutants_of_different_lines_can_be_applied_together() -> None:
    found = mutants(REFERENCE)
    one = next(mutant for mutant in found if mutant.operator == "axis")
    other = next(mutant for mutant in found if mutant.operator == "order")
    both = applied(REFERENCE, [other, one])
    assert "axis=1, keepdims=True" in both
    assert "return -x, y.T" in both


def test_a_mutant_that_makes_the_same_code_is_no_mistake(tmp_path: Path) -> None:
    reference = "def f(x):\n    ### BEGIN SOLUTION\n    return x * (2.0 + 0 * 4)\n    ### END SOLUTION\n"
    found = mutants(reference)
    same = {mutant.name: mutant.new[0].strip() for mutant in found if same_code(reference, mutant)}
    assert set(same.values()) == {
        "return x * (2.0 + 0 * 5)",
        "return x * (2.0 - 0 * 4)",
        "return x * (2.0 + 0 / 4)",
    }
    known = reasons(reference, found, tmp_path / "equivalent.toml")
    assert known == dict.fromkeys(same, "Python makes the same code of it.")


def test_an_entry_for_no_mutant_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "equivalent.toml"
    entry = '[[equivalent]]\ndefinition = "f"\nold = "y > 1"\nnew = "{new}"\nreason = "Why not."\n'
    path.write_text(entry.format(new="y >= 1"))
    found = mutants(REFERENCE)
    ((name, reason),) = reasons(REFERENCE, found, path).items()
    assert ("y >= 1" in name, reason) == (True, "Why not.")
    path.write_text(entry.format(new="y == 1"))
    with pytest.raises(UsageError, match="no mutant of f puts 'y == 1'"):
        reasons(REFERENCE, found, path)
    path.write_text(entry.replace("reason", "because"))
    with pytest.raises(UsageError, match="because"):
        reasons(REFERENCE, found, path)


@pytest.mark.parametrize(
    ("line", "telling"),
    [
        ("return upstream * (x > 0)", True),
        ("return ((prediction - y) ** 2).mean()", True),
        ('"""relu is 0 at 0, for arrays of any shape"""', True),
        ("return x", False),
        ("def grad_fn(upstream):", False),
        ("import matplotlib.pyplot as plt", False),
        ("hidden = 8", False),
    ],
)
def test_only_lines_that_say_something_are_secrets(line: str, telling: bool) -> None:
    assert says_something(line) is telling


@pytest.fixture
def solved(course: DemoCourse) -> DemoCourse:
    region = "    ### BEGIN SOLUTION\n    return sum([x, x], start=0)\n    ### END SOLUTION\n"
    (course.reference / "demo.py").write_text(f"# %%\ndef double(x):\n{region}")
    return course


def test_what_nobody_gave_away_is_not_found(solved: DemoCourse) -> None:
    found, number = leaks(load_assignment(solved.folder))
    assert found == []
    assert number > 0


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("demo.ipynb", '{"cells": [], "metadata": {"old": "  return   sum([x, x],  start=0)"}}'),
        ("helpers.py", "# return sum([x, x], start=0)\n"),
        ("data/readme.txt", "assert student.double(-3) == -6"),
        ("test_more.py", "def test_double_of_a_negative_number(x):\n    pass\n"),
        ("test_more.py", 'def test_other(x):\n    """double(x) is twice x, also below 0"""\n'),
        ("test_more.py", "def test_other(student):\n    assert student.double(-3)   == -6\n"),
    ],
)
def test_a_secret_is_found_wherever_it_stands(solved: DemoCourse, file: str, text: str) -> None:
    path = solved.folder / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    found, _ = leaks(load_assignment(solved.folder))
    assert {leak.file for leak in found} == {file}


def test_what_builds_on_what(course: DemoCourse) -> None:
    assert builds_on(load_assignment(course.folder)) == {
        "1.1": set(),
        "1.2": {"1.1"},
        "1.3": set(),
        "1.10": set(),
    }


def test_a_wrong_solution_has_its_own_weights_or_those_of_the_reference(course: DemoCourse) -> None:
    folder = course.reference / "wrong"
    folder.mkdir()
    for name in ("own", "other"):
        (folder / f"{name}.py").write_text(
            '"""A mistake.\n\nrejected by: 1.10\n"""\ndef last():\n    return 9\n'
        )
    for path in (folder / "own.safetensors", course.reference / "demo.safetensors"):
        path.write_bytes(b"weights")
    other, own = wrong(load_assignment(course.folder), ["1.10"])
    assert own.weights == folder / "own.safetensors"
    assert other.weights == course.reference / "demo.safetensors"
    assert own.defines - other.defines
