"""What is written for other programs follows their schemas and says no more than it may."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from importlib import resources
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from autograder.cli import main
from autograder.grading.counted import Mark
from autograder.grading.feedback import NOT_PASSED
from autograder.reports import gradescope, junit, spreadsheet
from autograder.verdict import AssignmentResult, Outcome, Verdict
from tests.reports.book import result, write_gradebook

XSD = xmlschema.XMLSchema(str(Path(__file__).with_name("junit.xsd")))
RESULTS = json.loads((resources.files("autograder.reports") / "gradescope.schema.json").read_text("utf-8"))
SECRET = "x = np.array([[0.8125]])"


def mark(result: AssignmentResult, *, score: float | None = None, trouble: str = "") -> Mark:
    return Mark(
        submission=result.submission,
        score=result.score if score is None else score,
        max_score=result.max_score,
        result=result,
        trouble=trouble,
        started_at="2026-01-02T04:04:05+01:00",
        duration=1.5,
    )


@pytest.fixture
def judged(mixed: AssignmentResult) -> AssignmentResult:
    """One question of each verdict but for the inconclusive one; a hidden test decided the second."""
    hidden = dataclasses.replace(mixed.questions[1].outcome, example=SECRET, message=f"Wrong for {SECRET}")
    questions = [q for q in mixed.questions if q.outcome.verdict is not Verdict.INCONCLUSIVE]
    questions[1] = dataclasses.replace(questions[1], outcome=hidden, feedback=NOT_PASSED)
    return dataclasses.replace(mixed, questions=tuple(questions))


def results_json(text: str | None) -> dict[str, object]:
    assert text is not None
    data = json.loads(text, parse_constant=pytest.fail)
    jsonschema.Draft202012Validator(RESULTS).validate(data)
    return data


def test_junit_follows_the_schema_and_counts_right(mixed: AssignmentResult) -> None:
    text = junit.text([mark(mixed, trouble="One cell\x07 was ended."), mark(result("bob", 20.0))])
    XSD.validate(text)
    first, second = ET.fromstring(text)
    counts = {name: first.get(name) for name in ("tests", "failures", "errors", "skipped", "id", "timestamp")}
    assert counts == {
        "tests": "6",
        "failures": "1",
        "errors": "2",
        "skipped": "2",
        "id": "0",
        "timestamp": "2026-01-02T03:04:05",
    }
    found = {case.get("name"): [child.tag for child in case] for case in first.iter("testcase")}
    assert found["1.1 relu works on arrays of any shape"] == []
    assert found["1.10 a loss"] == ["error"], "what could not be judged is neither a pass nor a skip"
    (failure,) = first.iter("failure")
    assert failure.get("type") == "gradient-mask"
    assert "relu_backward(x, np.array([[1.0]]))" in (failure.text or "")
    properties = {p.get("name"): p.get("value") for p in first.iter("property")}
    assert (properties["score"], properties["points 1.2"]) == ("?", "0 / 4")
    assert first.findtext("system-err") == "One cell was ended."
    assert (second.get("name"), second.get("failures")) == ("bob", "0")


def test_the_students_form_of_junit_tells_nothing_of_hidden_tests(judged: AssignmentResult) -> None:
    assert SECRET in junit.text([mark(judged)])
    text = junit.text([mark(judged, trouble=SECRET)], student=True)
    XSD.validate(text)
    assert SECRET not in text
    assert "A hidden test of this question did not pass." in text


def test_gradescope_gets_what_the_student_may_see(judged: AssignmentResult) -> None:
    data = results_json(gradescope.text(mark(judged, trouble=SECRET)))
    assert SECRET not in json.dumps(data)
    assert data["score"] == judged.score
    tests = data["tests"]
    assert isinstance(tests, list)
    assert [(t["number"], t["score"], t["max_score"], t["status"]) for t in tests] == [
        ("1.1", 2.0, 2.0, "passed"),
        ("1.2", 0.0, 4.0, "failed"),
        ("1.3", 0.0, 2.0, "failed"),
        ("2.1", 0.0, 2.0, "failed"),
        ("2.2", 0.0, 2.0, "failed"),
    ]
    assert tests[0]["output"] == ""
    assert "A hidden test of this question did not pass." in tests[1]["output"]
    assert {t["visibility"] for t in tests} == {data["visibility"]} == {"visible"}
    assert data["stdout_visibility"] == "hidden"


def test_gradescope_gets_the_score_that_counts(judged: AssignmentResult) -> None:
    data = results_json(gradescope.text(mark(judged, score=1.5), visibility="after_published"))
    assert (data["score"], data["output"]) == (1.5, "The questions give 2 points; 1.5 count.")
    assert data["visibility"] == "after_published"


def test_gradescope_is_told_of_another_sum_only_where_there_is_one(judged: AssignmentResult) -> None:
    first, second, *_ = judged.questions
    own = (dataclasses.replace(first, points=0.1), dataclasses.replace(second, points=0.2))
    data = results_json(gradescope.text(mark(dataclasses.replace(judged, questions=own), score=0.3)))
    assert data["output"] == ""


def test_gradescope_gets_no_grade_that_is_not_known(mixed: AssignmentResult) -> None:
    assert gradescope.text(mark(mixed)) is None


def test_the_table_has_a_line_for_each_submission(mixed: AssignmentResult) -> None:
    evil = dataclasses.replace(result("=cmd|x", 7.5), submission='=HYPERLINK("x";"y")')
    text = spreadsheet.text([mark(mixed), mark(evil)])
    assert text.startswith("\ufeff")
    head, first, second = csv.reader(io.StringIO(text[1:], newline=""))
    assert head == [
        *("submission", "assignment", "score", "max_score", "to_look_at"),
        *("1.1", "1.2", "1.3", "1.10", "2.1", "2.2"),
    ]
    assert first == ["alice.ipynb", "01_autograd", "", "14.0", "1.10", "2.0", "0.0", "0.0", "", "0.0", "0.0"]
    assert second[:6] == ['\'=HYPERLINK("x";"y")', "01_autograd", "7.5", "20.0", "", "7.5"]


def export(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main(["export", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_the_command_writes_where_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "grades"
    write_gradebook(folder / "gradebook.db", result("ada", 20.0), result("b/../ob", 5.0), result("eve", None))
    for name, file in (("csv", "grades.csv"), ("junit", "junit.xml")):
        code, said = export(capsys, folder, "--format", name)
        assert code == 3
        assert "a person has to look (1): eve" in said
        assert (folder / "export" / file).is_file()
        assert str(folder / "export" / file) in said
    code, said = export(capsys, folder / "gradebook.db", "--format", "gradescope", "--out", tmp_path / "gs")
    assert code == 3
    assert "a person has to look, nothing written (1): eve" in said
    written = sorted((tmp_path / "gs").rglob("*"))
    assert len(written) == 2
    assert written[0].name == "ada.json"
    assert written[1].parent == tmp_path / "gs", "a name is no path"
    assert results_json(written[0].read_text())["score"] == 20.0


def test_mistakes_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = (result("ada", 20.0), result("ada", 5.0, assignment="02_mlp"))
    book = write_gradebook(tmp_path / "gradebook.db", *both)
    for arguments, words in (
        ((book, "--format", "csv"), "--assignment (there are: 01_autograd, 02_mlp)"),
        ((book, "--format", "csv", "--assignment", "03"), "nothing of 03 was graded"),
        ((book, "--format", "canvas", "--assignment", "02_mlp"), "--into"),
        (("--format", "csv"), "name the gradebook"),
        ((book, "--format", "csv", "--student"), "--student is of no use with --format csv"),
        ((book, "--format", "canvas", "--match", "ID"), "--match is of no use with --format canvas"),
        ((tmp_path / "no.db", "--format", "csv"), "no such gradebook"),
        (("--format", "gradescope-zip"), "--assignment"),
    ):
        code, said = export(capsys, *arguments)
        assert code == 2
        assert words in said
        assert said.count("\n") == 1


def test_only_what_counts_is_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from autograder.grading.gradebook import Gradebook

    book = write_gradebook(tmp_path / "gradebook.db", result("ada", 5.0))
    with Gradebook(book) as opened:
        (entry,) = opened.history("ada")
    with Gradebook(book, create=True) as opened:
        opened.add(dataclasses.replace(entry, result=result("ada", 20.0), taken=False))
    assert export(capsys, book, "--format", "csv", "--out", tmp_path / "x.csv")[0] == 0
    assert ",5.0," in (tmp_path / "x.csv").read_text()


def test_a_pass_of_all_is_a_pass_everywhere() -> None:
    done = dataclasses.replace(result("ada", 20.0))
    assert done.questions[0].outcome == Outcome(verdict=Verdict.PASS)
    assert results_json(gradescope.text(mark(done)))["tests"][0]["status"] == "passed"  # type: ignore[index]


def test_points_by_hand_are_what_leaves_the_gradebook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = write_gradebook(
        tmp_path / "gradebook.db", result("ada", None), result("bob", None), result("eve", 20.0)
    )
    about = ["--assignment", "01_autograd", "--reason", "read it", "--author", "T"]
    assert main(["mark", str(book), "ada", *about, "--question", "1.1", "--points", "7.5"]) == 0
    assert main(["mark", str(book), "bob", *about, "--points", "3"]) == 0
    assert main(["mark", str(book), "eve", *about, "--question", "1.1", "--points", "12"]) == 0
    capsys.readouterr()
    assert export(capsys, book, "--format", "csv", "--out", tmp_path / "x.csv")[0] == 0
    _, *rows = csv.reader(io.StringIO((tmp_path / "x.csv").read_text("utf-8-sig"), newline=""))
    assert [(name, score, look, own) for name, _, score, _, look, own in rows] == [
        ("ada", "7.5", "", "7.5"),
        ("bob", "3.0", "", ""),
        ("eve", "12.0", "", "12.0"),
    ]
    assert export(capsys, book, "--format", "gradescope", "--out", tmp_path / "gs")[0] == 0
    found = {f.stem: results_json(f.read_text()) for f in (tmp_path / "gs").iterdir()}
    assert {name: data["score"] for name, data in found.items()} == {"ada": 7.5, "bob": 3.0, "eve": 12.0}
    own = {name: data["tests"][0].get("score") for name, data in found.items()}  # type: ignore[index]
    assert own == {"ada": 7.5, "bob": None, "eve": 12.0}
    assert found["ada"]["output"] == "", "the sum is what counts"
    assert "3 count" in str(found["bob"]["output"])
    assert export(capsys, book, "--format", "junit", "--out", tmp_path / "x.xml")[0] == 0
    XSD.validate((tmp_path / "x.xml").read_text())


def test_it_is_said_that_the_rules_of_the_course_are_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    book = write_gradebook(tmp_path / "grades" / "gradebook.db", result("ada", 20.0))
    monkeypatch.chdir(tmp_path)
    assert "lateness do not count" in export(capsys, book, "--format", "csv")[1]
    folder = tmp_path / "course" / "assignments" / "01_autograd"
    folder.mkdir(parents=True)
    (folder / "assignment.toml").write_text('notebook = "x.ipynb"\n')
    code, said = export(capsys, book, "--format", "csv", "--course", tmp_path / "course")
    assert (code, "lateness" in said) == (0, False)
