"""What a question excludes costs the question whose solution uses it, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.demo import DemoCourse

TESTS = '''
from autograder import question

@question("1.1", points=2, forbidden="statistics.mean")
def test_mean(student):
    """mean(x) is the mean"""
    assert student.mean([1, 2, 3]) == 2

@question("1.2", points=3)
def test_middle(student):
    """middle(x) is the median"""
    assert student.middle([1, 2, 3]) == 2
'''
MEAN = "def mean(x):\n    return sum(x) / len(x)"
MIDDLE = "import statistics as st\ndef middle(x):\n    return st.median(x)"
FIGURE = "print(st.mean([1, 2, 3]) - mean([1, 2, 3]))"


@pytest.fixture
def course(course: DemoCourse) -> DemoCourse:
    (course.folder / "test_demo.py").write_text(TESTS)
    return course


def test_it_may_be_used_elsewhere(course: DemoCourse) -> None:
    course.hand_in([MEAN, MIDDLE + "\n\ndef other(x):\n    return st.mean(x)", FIGURE])
    graded = course.run()
    assert graded.status == 0, graded.output
    assert graded.verdicts == {"1.1": "pass", "1.2": "pass"}


def test_a_solution_that_uses_it_fails_at_its_place(course: DemoCourse) -> None:
    course.hand_in([MIDDLE, "def helper(x):\n    return st.mean(x)\n\ndef mean(x):\n    return helper(x)"])
    graded = course.run()
    assert graded.verdicts == {"1.1": "fail", "1.2": "pass"}
    question = graded.question("1.1")
    assert question["code"] == "forbidden"
    assert "statistics.mean, which is excluded" in question["message"]
    assert question["where"] == {"cell": 2, "line": 2, "source": "return st.mean(x)"}
    assert (question["points"], graded.assignment["score"]) == (0, 3)


@pytest.mark.parametrize(
    "body",
    [
        "    return getattr(st, 'me' + 'an')(x)",
        "    return eval('st.mean(x)')",
        "    return __import__('statis' + 'tics').mean(x)",
        "    try:\n        return getattr(st, 'mean'[:])(x)\n    finally:\n        pass",
    ],
)
def test_a_use_that_the_source_hides_is_seen_at_run_time(course: DemoCourse, body: str) -> None:
    course.hand_in([MIDDLE, f"def mean(x):\n{body}"])
    question = course.run().question("1.1")
    assert (question["verdict"], question["code"]) == ("fail", "forbidden")
    assert question["where"]["cell"] == 2


def test_a_wrong_answer_is_called_wrong(course: DemoCourse) -> None:
    course.hand_in([MIDDLE, "def mean(x):\n    return st.mean(x) + 1"])
    assert course.run().question("1.1")["code"] == "assertion"


def test_an_assignment_excludes_it_from_all_questions(course: DemoCourse) -> None:
    settings = course.folder / "assignment.toml"
    settings.write_text('forbidden = ["statistics"]\n' + settings.read_text())
    course.hand_in([MEAN, MIDDLE, FIGURE])
    graded = course.run()
    assert graded.verdicts == {"1.1": "pass", "1.2": "fail"}
    assert "statistics.median" in graded.question("1.2")["message"]


@pytest.mark.parametrize("names", ["['no name']", "[3]", "'torch'"])
def test_a_wrong_setting_is_a_usage_error(course: DemoCourse, names: str) -> None:
    settings = course.folder / "assignment.toml"
    settings.write_text(f"forbidden = {names}\n" + settings.read_text())
    graded = course.run()
    assert graded.status == 4
    assert "forbidden" in graded.output
    assert "Traceback" not in graded.output


def test_a_test_that_fails_does_not_blind_the_next_one(course: DemoCourse) -> None:
    """Each test is watched anew, whatever became of the one before."""
    tests = TESTS.replace("points=3)", 'points=3, forbidden="statistics.median")')
    (course.folder / "test_demo.py").write_text(tests)
    hidden = "import statistics as st\ndef middle(x):\n    return getattr(st, 'med' + 'ian')(x)"
    course.hand_in(["def mean(x):\n    return 5", hidden])
    graded = course.run()
    assert graded.verdicts == {"1.1": "fail", "1.2": "fail"}
    assert graded.question("1.2")["code"] == "forbidden"


def test_a_deep_expression_is_looked_through(course: DemoCourse) -> None:
    """Else whoever writes one has a question that nobody can judge."""
    deep = " + ".join(["0"] * 700)
    course.hand_in([f"import statistics as st\ndef mean(x):\n    return sum(x) / len(x) + {deep}", MIDDLE])
    assert course.run().verdicts == {"1.1": "pass", "1.2": "pass"}
    course.hand_in([f"import statistics as st\ndef mean(x):\n    return st.mean(x) + {deep}", MIDDLE])
    graded = course.run()
    assert graded.verdicts == {"1.1": "fail", "1.2": "pass"}
    assert graded.question("1.1")["code"] == "forbidden"
