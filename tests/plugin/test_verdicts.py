"""One verdict a question, for every way a notebook can be."""

from __future__ import annotations

import pytest

from tests.demo import SKELETON, SOLVED, DemoCourse

ALL = {"1.1", "1.2", "1.3", "1.10"}


def test_a_solved_notebook_gets_full_marks(course: DemoCourse) -> None:
    course.hand_in(SOLVED)
    graded = course.run()
    assert graded.status == 0, graded.output
    assert graded.verdicts == dict.fromkeys(["1.1", "1.2", "1.3", "1.10"], "pass")
    assert (graded.assignment["score"], graded.assignment["max_score"]) == (7, 7)


def test_an_unsolved_notebook_is_not_attempted_on_one_screen(course: DemoCourse) -> None:
    graded = course.run()
    assert graded.status == 1
    assert set(graded.verdicts.values()) == {"not attempted"}
    assert graded.assignment["score"] == 0
    assert "Traceback" not in graded.output
    assert len(graded.output.splitlines()) < 24


def test_a_wrong_answer_fails_and_what_needs_it_is_skipped(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return x", *SOLVED[1:]])
    graded = course.run()
    assert graded.status == 1
    assert graded.verdicts == {"1.1": "fail", "1.2": "skipped", "1.3": "pass", "1.10": "pass"}
    assert graded.question("1.1")["hint"] == "Think of addition."
    assert graded.assignment["score"] == 2


def test_an_exception_is_an_error_at_its_cell_and_line(course: DemoCourse) -> None:
    course.hand_in([*SOLVED[:2], "def finish():\n    values = []\n    return values[3]", SOLVED[3]])
    question = course.run().question("1.3")
    assert question["verdict"] == "error"
    assert "IndexError" in question["message"]
    assert question["where"] == {"cell": 3, "line": 3, "source": "return values[3]"}


def test_a_wrong_answer_is_shown_where_it_is_defined(course: DemoCourse) -> None:
    course.hand_in([*SOLVED[:2], "# mine\ndef finish():\n    return 'no'", SOLVED[3]])
    assert course.run().question("1.3")["where"] == {"cell": 3, "line": 2, "source": "def finish():"}


def test_a_cell_that_raises_costs_only_the_questions_that_need_it(course: DemoCourse) -> None:
    course.hand_in([*SOLVED[:2], "1 / 0\n" + SOLVED[2], SOLVED[3]])
    graded = course.run()
    assert graded.verdicts == {"1.1": "pass", "1.2": "pass", "1.3": "error", "1.10": "pass"}
    assert "ZeroDivisionError" in graded.question("1.3")["message"]
    assert graded.question("1.3")["where"]["cell"] == 3


def test_a_missing_definition_is_an_error_that_names_it(course: DemoCourse) -> None:
    course.hand_in([*SOLVED[:2], SOLVED[3]])
    graded = course.run()
    assert graded.verdicts["1.3"] == "error"
    assert "finish" in graded.question("1.3")["message"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("async def last(): return 10", "it is a coroutine, which is neither a number"),
        ("def last(): return last", "it is a function, which is neither a number"),
        ("def last(): return {1: 2}", "its keys are not all strings"),
        ("def last(): return 10**400", "beyond 64 bits"),
        ("import numpy\ndef last(): return numpy.full(3, 10)", "an array of several numbers"),
        (
            "class Ten(str): pass\ndef last(): return Ten(10)",
            "it is a Ten, where the test compares",
        ),
        ("class Ten(list): pass\ndef last(): return Ten()", "it is a Ten, where the test compares"),
        ("class Ten:\n    __class__ = int\ndef last(): return Ten()", "it is a Ten, which is neither"),
        ("from collections import Counter as last", "it is a Counter, where the test compares"),
    ],
)
def test_an_answer_that_no_test_can_compare_is_wrong(course: DemoCourse, cell: str, words: str) -> None:
    course.hand_in([*SOLVED[:3], cell])
    graded = course.run()
    assert graded.status == 1, graded.output
    assert graded.verdicts["1.10"] == "fail"
    assert words in graded.question("1.10")["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("    while True:\n        pass", "timeout-call"),
        ("    import os\n    os._exit(0)", "died"),
        ("    import os, signal\n    os.kill(os.getpid(), signal.SIGSEGV)", "died"),
        ("    while True:\n        print('x' * 1000)", "output"),
        ("    return bytearray(10 * 2**30)", "memory"),
        ("    return 'x' * (2 * 2**20)", "answer-size"),
    ],
)
def test_a_call_over_a_limit_costs_its_own_question_only(course: DemoCourse, body: str, code: str) -> None:
    course.settings(call=1.0, memory="1 GiB", output="1 MiB", answer="1 MiB")
    course.hand_in([*SOLVED[:2], f"def finish():\n{body}", SOLVED[3]])
    graded = course.run()
    assert graded.verdicts == {"1.1": "pass", "1.2": "pass", "1.3": "error", "1.10": "pass"}, graded.output
    assert graded.question("1.3")["code"] == code
    assert graded.status == 1


@pytest.mark.parametrize(
    ("line", "code"), [("while True: pass", "timeout-cell"), ("import os; os._exit(3)", "died")]
)
def test_a_cell_that_ends_the_process_costs_only_what_it_defines(
    course: DemoCourse, line: str, code: str
) -> None:
    course.settings(cell=1.0)
    course.hand_in([*SOLVED[:2], f"{line}\n{SOLVED[2]}", SOLVED[3]])
    graded = course.run()
    assert graded.verdicts == {"1.1": "pass", "1.2": "pass", "1.3": "error", "1.10": "pass"}, graded.output
    assert graded.question("1.3")["code"] == code


def test_the_total_time_is_a_limit_of_its_own(course: DemoCourse) -> None:
    course.settings(call=20.0, total=2.0)
    course.hand_in([*SOLVED[:2], "def finish():\n    while True: pass", SOLVED[3]])
    graded = course.run()
    assert graded.question("1.3")["code"] == "timeout-total"


def test_sys_exit_in_a_cell_is_that_cells_error(course: DemoCourse) -> None:
    course.hand_in([*SOLVED[:2], "import sys\nsys.exit(0)\n" + SOLVED[2], SOLVED[3]])
    assert course.run().verdicts == {"1.1": "pass", "1.2": "pass", "1.3": "error", "1.10": "pass"}


@pytest.mark.parametrize("content", ["", "not a notebook", "{}", '{"nbformat": 4, "cells": 3}'])
def test_an_unreadable_notebook_is_the_students_error(course: DemoCourse, content: str) -> None:
    (course.folder / "demo.ipynb").write_text(content)
    graded = course.run()
    assert graded.status == 1
    assert set(graded.verdicts) == ALL
    assert set(graded.verdicts.values()) <= {"error", "skipped"}
    assert graded.assignment["score"] == 0


def test_a_mistake_in_a_test_is_never_held_against_the_student(course: DemoCourse) -> None:
    course.hand_in(SOLVED)
    with (course.folder / "test_demo.py").open("a") as file:
        file.write(
            '\n\n@question("1.11", points=5)\n'
            'def test_broken(student):\n    """broken"""\n    None.nonsense\n'
        )
    graded = course.run()
    assert graded.status == 3
    assert graded.question("1.11")["verdict"] == "inconclusive"
    assert graded.question("1.11")["points"] is None
    assert graded.assignment["score"] is None
    assert graded.verdicts["1.1"] == "pass"


STUMBLES = (
    "from autograder import question\n"
    '@question("1.2", points=3)\n'
    "def test_quadruple(student):\n    assert student.quadruple([1, 2]).copy()[1] + 0.5 == 2.5\n"
)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("3.5", "AttributeError: 'float' object has no attribute 'copy'"),
        ("[1]", "IndexError: list index out of range"),
        ("{}", "KeyError: 1"),
        ("['1', '2']", "TypeError: "),
    ],
)
def test_an_answer_over_which_the_test_stumbles_is_wrong(course: DemoCourse, answer: str, said: str) -> None:
    """The reference passes, so it is no mistake in the test; else nonsense would cost no point."""
    (course.folder / "test_demo.py").write_text(STUMBLES)
    course.hand_in([f"def quadruple(x):\n    return {answer}"])
    graded = course.run()
    question = graded.question("1.2")
    assert (question["verdict"], question["code"], question["points"]) == ("fail", "value-kind", 0)
    assert said in question["message"]
    assert graded.status == 1


@pytest.mark.parametrize("solution", [None, "def quadruple(x):\n    return 1\n"])
def test_where_no_reference_passes_nobody_knows_whose_mistake_it_is(
    course: DemoCourse, solution: str | None
) -> None:
    (course.folder / "test_demo.py").write_text(STUMBLES)
    (course.reference / "demo.py").unlink()
    if solution is not None:
        (course.reference / "demo.py").write_text(f"# %%\n{solution}")
    course.hand_in(["def quadruple(x):\n    return 3.5"])
    assert course.run().verdicts == {"1.2": "inconclusive"}


def test_a_reference_that_ends_its_process_costs_no_other_question_its_verdict(course: DemoCourse) -> None:
    """It says nothing about the answer then, and the run goes on."""
    (course.folder / "test_demo.py").write_text(
        f'{STUMBLES}\n@question("1.3", points=1)\n'
        'def test_finish(student):\n    assert student.finish() == "done"\n'
    )
    (course.reference / "demo.py").write_text("# %%\nimport os\ndef quadruple(x):\n    os._exit(1)\n")
    course.hand_in(["def quadruple(x):\n    return 3.5", SOLVED[2]])
    assert course.run().verdicts == {"1.2": "inconclusive", "1.3": "pass"}


def test_a_stumble_that_does_not_happen_again_is_no_mistake_of_the_answer(course: DemoCourse) -> None:
    """The machine had too little of something for a moment, and torch calls that a RuntimeError, too."""
    (course.folder / "test_demo.py").write_text(
        "from autograder import question\nTRIED = []\n"
        '@question("1.2", points=3)\n'
        "def test_quadruple(student):\n"
        "    TRIED.append(student.quadruple(1))\n"
        '    if len(TRIED) == 1:\n        raise RuntimeError("can\'t start new thread")\n'
    )
    course.hand_in(SOLVED)
    assert course.run().verdicts == {"1.2": "inconclusive"}


def test_a_test_that_raises_in_the_grader_stays_a_fault(course: DemoCourse) -> None:
    (course.folder / "test_demo.py").write_text(
        "from autograder import check, question\n"
        '@question("1.2", points=3)\n'
        "def test_quadruple(student):\n"
        "    if student.quadruple(1) == 5:\n        open('/nowhere')\n"
    )
    course.hand_in(["def quadruple(x):\n    return 5"])
    assert course.run().verdicts == {"1.2": "inconclusive"}


@pytest.mark.parametrize(
    "trick",
    [
        "class Yes:\n    def __eq__(self, other): return True\ndef finish(): return Yes()",
        "class Yes(str):\n    def __eq__(self, other): return True\ndef finish(): return Yes('no')",
        "def finish():\n    raise AssertionError('passed')",
        "def finish():\n    raise SystemExit(0)",
        "def finish():\n    raise KeyboardInterrupt",
        "import pytest\ndef finish():\n    pytest.skip('fine')",
    ],
)
def test_no_trick_value_or_exception_becomes_a_pass(course: DemoCourse, trick: str) -> None:
    course.hand_in([*SOLVED[:2], trick, SOLVED[3]])
    graded = course.run()
    assert graded.verdicts["1.3"] in ("error", "fail", "inconclusive")
    assert graded.status in (1, 3)


def test_the_skeleton_can_be_solved_in_part(course: DemoCourse) -> None:
    course.hand_in([SOLVED[0], *SKELETON[1:]])
    assert course.run().verdicts == {
        "1.1": "pass",
        "1.2": "not attempted",
        "1.3": "not attempted",
        "1.10": "not attempted",
    }


def test_work_that_arrives_at_an_unwritten_place_is_not_called_unattempted(course: DemoCourse) -> None:
    """The stub that was reached stands elsewhere: the student did write this one."""
    (course.folder / "test_demo.py").write_text(
        "from autograder import question\n"
        '@question("1.2", points=3, about="quadruple")\n'
        "def test_quadruple(student):\n    assert student.quadruple(3) == 12\n"
    )
    course.hand_in([SKELETON[0], SOLVED[1], *SKELETON[2:]])
    question = course.run().question("1.2")
    assert (question["verdict"], question["code"]) == ("error", "unwritten")
    assert question["where"]["cell"] == 1
    course.hand_in(SKELETON)
    assert course.run().verdicts == {"1.2": "not attempted"}


def test_a_name_that_a_check_misses_is_explained_by_its_cell(course: DemoCourse) -> None:
    (course.folder / "test_demo.py").write_text(
        "import numpy as np\nfrom autograder import check, question\n"
        "from autograder.checks.inputs import arrays\n"
        '@question("1.2", points=3)\n'
        "def test_quadruple(student):\n"
        "    check.values(student.quadruple, like=lambda x: 4 * x, inputs=arrays())\n"
    )
    course.hand_in(["def double(x)\n    return 2 * x", *SOLVED[1:]])
    question = course.run().question("1.2")
    assert question["code"] == "cell-raised"
    assert "`double` does not exist" in question["message"]
    assert "SyntaxError" in question["message"]
    assert question["where"]["cell"] == 1
