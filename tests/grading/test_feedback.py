"""Of hidden tests a student learns whether they passed, whatever the notebook does with what it saw there."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading.feedback import NOT_JUDGED
from autograder.grading.score import BLOCKING, TestRecord, score
from autograder.verdict import PASSED, AssignmentResult, Outcome, Verdict, Where, result_from_json
from tests.demo import SOLVED, DemoCourse, write_notebook
from tests.test_cli import autograder, grade_of

TestRecord.__test__ = False  # type: ignore[attr-defined]

CANARIES = ("7391482", "canary-in", "canary-out", "canary-label", "8642975")
HIDDEN = '''
from autograder import question
from autograder.errors import CheckFailed
from autograder.verdict import Outcome, Verdict

LABELS = ["canary-label"]

@question("1.1", points=2, hint="Think of addition, always.")
def test_double_of_other_things(student):
    """double(x) is twice x, whatever x is"""
    got = student.double(7391482)
    assert student.double("canary-in") == "canary-out", f"{LABELS} {got}"

@question("1.3", points=1)
def test_finish_by_a_check(student):
    """finish() comes back, again"""
    if student.double(8642975) != 17285950 or student.finish() != "done":
        raise CheckFailed(Outcome(verdict=Verdict.FAIL, code="x", message="canary-out", expected="canary-out",
            got="canary-in", example="canary-in", hint="canary-label", evidence={"labels": LABELS}))
'''

HONEST = "def double(x):\n    return 2 * x"
LEAKS = {
    "message": "raise ValueError(repr(x))",
    "type": "raise type(f'E{x}', (Exception,), {})",
    "value": "return repr(x)",
    "print": "print(x); os.write(1, repr(x).encode()); sys.stderr.write(repr(x)); return None",
    "traceback": "exec(compile(repr(x) + '\\n' * 5 + 'raise ValueError', repr(x), 'exec'))",
    "line": "if len(str(x)) % 2: raise ValueError\n    raise ValueError",
    "not attempted": "raise NotImplementedError(repr(x))",
    "hang": "time.sleep(60)",
    "death": "os.write(2, repr(x).encode()); os._exit(7)",
    "huge": "return ['canary-in'] * 2_000_000",
    "unusable": "return (lambda: x for _ in [type(f'C{x}', (), {})])",
    "later": "seen.append(x); open('seen', 'a').write(repr(x)); raise ValueError",
}
LATER = """
def told():
    return repr(seen) + (open('seen').read() if os.path.exists('seen') else '')
def quadruple(x):
    if told() != '[]': raise ValueError(told())
    return 4 * x
def finish():
    if told() != '[]': return told()
    return 'done'
def last():
    print(told())
    return 10 if told() == '[]' else told()
"""


def leaking(how: str) -> list[str]:
    """Solves the public tests, and does ``how`` with any other input."""
    double = f"def double(x):\n    if x == 3 or x == 6: return 2 * x\n    {LEAKS[how]}"
    return [f"import os, sys, time\nseen = []\n{double}", LATER]


def test_nothing_of_hidden_tests_reaches_the_student(course: DemoCourse) -> None:
    (course.reference / "test_hidden.py").write_text(HIDDEN)
    course.settings(call=1.0)
    folder = course.root / "handed-in"
    folder.mkdir()
    for how in LEAKS:
        write_notebook(folder / f"{how}.ipynb", leaking(how))
    write_notebook(folder / "public.ipynb", ["def double(x):\n    raise ValueError('mine')", *SOLVED[1:]])
    done = autograder("grade", folder, "--assignment", "01_demo", "--hidden", "--out", "out", cwd=course.root)
    assert done.returncode == 0, done.stderr
    out = course.root / "out"
    for how, canary in {"message": "7391482", "value": "canary-out"}.items():
        assert canary in (out / "results" / f"{how}.json").read_text(), "the instructor sees all of it"

    feedback = {path.name: path.read_text(encoding="utf-8") for path in (out / "feedback").iterdir()}
    assert len(feedback) == 2 * (len(LEAKS) + 1)
    shown = {
        how: autograder("show", "out", how, "--student", cwd=course.root).stdout
        for how in ("message", "later")
    }
    for text in (*feedback.values(), *shown.values()):
        assert not [canary for canary in CANARIES if canary in text]

    # Whatever it did, all is the same: not a bit is told by how it did not pass.
    told = [grade_of(out / "feedback" / f"{how}.json") | {"submission": "NAME"} for how in LEAKS]
    assert all(grade == told[0] for grade in told), told
    assert len({feedback[f"{how}.txt"].split("\n", 1)[1] for how in LEAKS}) == 1

    grade = grade_of(out / "feedback" / "message.json")
    assert grade["score"] == grade_of(out / "results" / "message.json")["score"] == 4
    first = grade["questions"][0]
    assert (first["id"], first["verdict"], first["points"], first["max_points"]) == ("1.1", "fail", 2, 4)
    assert first["message"] == "A hidden test of this question did not pass."
    assert first["hint"] == "Think of addition, always."
    assert first["where"] is None
    assert not any(first[field] for field in ("expected", "got", "example", "evidence"))

    # What the public tests say is told in full.
    public = grade_of(out / "feedback" / "public.json")["questions"][0]
    assert (public["verdict"], public["message"]) == ("error", "Your code raised ValueError: mine")
    assert public["where"]["line"] == 2
    assert "ValueError: mine" in feedback["public.txt"]


def test_without_hidden_tests_the_student_sees_all(course: DemoCourse) -> None:
    course.hand_in(["def double(x):\n    return x", *SOLVED[1:]])
    for path in course.folder.glob("*.ipynb"):
        done = autograder("grade", path, "--assignment", "01_demo", "--out", "out", cwd=course.root)
        assert done.returncode == 0, done.stderr
    out = course.root / "out"
    (result,) = (out / "results").iterdir()
    assert (out / "feedback" / result.name).read_bytes() == result.read_bytes()


verdicts = st.sampled_from(Verdict)
KINDS = {
    "pass": [Verdict.PASS],
    "not": [Verdict.FAIL, Verdict.ERROR, Verdict.NOT_ATTEMPTED],
    "?": [Verdict.INCONCLUSIVE],
}


def outcome_of(verdict: Verdict, text: str) -> Outcome:
    if verdict is Verdict.PASS:
        return PASSED
    return Outcome(
        verdict=verdict,
        code=text,
        message=text,
        expected=text,
        got=text,
        example=text,
        where=Where(cell=len(text), line=1, source=text),
        hint=text,
        evidence={text: text},
    )


@st.composite
def classes(draw: st.DrawFn) -> list[tuple[TestRecord, str]]:
    """Tests of some questions, and of which kind their outcomes are."""
    tests = []
    for position in range(draw(st.integers(1, 7))):
        hidden = draw(st.booleans())
        record = TestRecord(
            test=str(position),
            position=position + 100 * hidden,
            assignment="01",
            question=f"1.{draw(st.integers(1, 3))}",
            title="title",
            points=float(draw(st.integers(0, 3))),
            needs=tuple(f"1.{n}" for n in draw(st.lists(st.integers(1, 3), max_size=2))),
            hint=draw(st.sampled_from(["", "hint"])),
            hidden=hidden,
            outcome=outcome_of(draw(st.sampled_from(KINDS["pass"] + KINDS["not"] + KINDS["?"])), "public"),
        )
        tests.append((record, draw(st.sampled_from(sorted(KINDS)))))
    return tests


def filled(tests: list[tuple[TestRecord, str]], draw: st.DrawFn) -> AssignmentResult:
    """The result where hidden tests say anything of their kind."""
    records = [
        dataclasses.replace(
            record,
            outcome=outcome_of(
                draw(st.sampled_from(KINDS[kind])), draw(st.sampled_from(["secret", "canary"]))
            ),
        )
        if record.hidden
        else record
        for record, kind in tests
    ]
    (result,) = score(records, isolation="none", submissions={"01": "a"})
    return result


@given(classes(), st.data())
def test_how_a_hidden_test_did_not_pass_changes_nothing_that_is_shown(
    tests: list[tuple[TestRecord, str]], data: st.DataObject
) -> None:
    one, other = filled(tests, data.draw), filled(tests, data.draw)
    assert one.for_student() == other.for_student()
    text = json.dumps(one.for_student().to_json())
    assert "secret" not in text
    assert "canary" not in text


@given(classes(), st.data())
def test_the_students_form_has_the_same_points_and_the_same_ending(
    tests: list[tuple[TestRecord, str]], data: st.DataObject
) -> None:
    full = filled(tests, data.draw)
    shown = full.for_student()
    assert (shown.score, shown.max_score) == (full.score, full.max_score)
    for question, told in zip(full.questions, shown.questions, strict=True):
        assert (told.id, told.points, told.feedback) == (question.id, question.points, None)
        for kind in ({Verdict.PASS}, {Verdict.INCONCLUSIVE}, BLOCKING):
            assert (told.outcome.verdict in kind) == (question.outcome.verdict in kind)
        assert (told.points is None) == (told.outcome.verdict is Verdict.INCONCLUSIVE)
    assert result_from_json(json.loads(json.dumps(full.to_json()))) == full


def test_a_submission_that_could_not_be_judged_tells_only_that(course: DemoCourse, tmp_path: Path) -> None:
    """The reason may quote what the grader held when it failed."""
    (course.reference / "test_hidden.py").write_text("raise ValueError('canary-in')")
    folder = course.root / "handed-in"
    (folder / "two").mkdir(parents=True)
    (folder / "one").mkdir()
    write_notebook(folder / "one" / "a.ipynb", SOLVED)
    for name in "ab":
        write_notebook(folder / "two" / f"{name}.ipynb", SOLVED)
    done = autograder("grade", folder, "--assignment", "01_demo", "--hidden", "--out", "out", cwd=course.root)
    assert done.returncode == 3
    out = course.root / "out"
    told = [path.read_text(encoding="utf-8") for path in (out / "feedback").iterdir()]
    assert not [text for text in told if "canary-in" in text]
    (question,) = grade_of(out / "feedback" / "one.json")["questions"]
    assert question["message"] == NOT_JUDGED.message
    assert "There are 2 notebooks in the folder" in (out / "feedback" / "two.txt").read_text()


@pytest.mark.parametrize("verdict", ["pass", "fail"])
def test_a_grade_from_before_feedback_was_kept_apart_is_withheld(verdict: str) -> None:
    record = TestRecord(
        test="t", position=0, assignment="01", question="1", title="t", points=1.0,
        outcome=outcome_of(Verdict(verdict), "secret"),
    )  # fmt: skip
    (result,) = score([record], isolation="none", submissions={"01": "a"})
    old = json.loads(json.dumps(result.to_json()))
    del old["questions"][0]["feedback"]
    shown = result_from_json(old).for_student()
    assert "secret" not in json.dumps(shown.to_json())
    assert shown.questions[0].outcome.verdict.value == verdict
