"""The grade JSON: its schema, and a file that is whole or not there."""

from __future__ import annotations

import json
import os
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from autograder.reports.json_file import write_grade, write_text
from autograder.verdict import AssignmentResult, grade_json, result_from_json


@pytest.fixture
def schema() -> jsonschema.Draft202012Validator:
    text = (resources.files("autograder.reports") / "grade.schema.json").read_text(encoding="utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


def test_every_verdict_is_valid_under_the_schema(schema, mixed: AssignmentResult, tmp_path: Path) -> None:
    write_grade(tmp_path / "grade.json", [mixed])
    data = json.loads((tmp_path / "grade.json").read_text(encoding="utf-8"))
    schema.validate(data)
    assert [question["verdict"] for question in data["assignments"][0]["questions"]] == [
        "pass",
        "fail",
        "error",
        "inconclusive",
        "skipped",
        "not attempted",
    ]
    assert data["assignments"][0]["score"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", None),
        ("points", -1),
        ("verdict", "passed"),
        ("where", {"cell": 0, "line": None, "source": ""}),
        ("extra", 1),
    ],
)
def test_the_schema_refuses_a_pass_that_is_none(
    schema, mixed: AssignmentResult, field: str, value: object
) -> None:
    data = json.loads(json.dumps(grade_json([mixed])))
    data["assignments"][0]["questions"][0][field] = value
    assert not schema.is_valid(data)


def test_an_inconclusive_question_must_not_have_points(schema, mixed: AssignmentResult) -> None:
    data = json.loads(json.dumps(grade_json([mixed])))
    data["assignments"][0]["questions"][3]["points"] = 0
    assert not schema.is_valid(data)


def test_a_result_survives_its_json(mixed: AssignmentResult) -> None:
    assert result_from_json(json.loads(json.dumps(mixed.to_json()))) == mixed


def test_the_same_result_gives_the_same_bytes(mixed: AssignmentResult, tmp_path: Path) -> None:
    write_grade(tmp_path / "a", [mixed])
    write_grade(tmp_path / "b", [mixed])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, make_question, make_result) -> None:
    path = tmp_path / "grade.json"
    path.write_text("old")
    nan = make_result(make_question("1.1", "fail", evidence={"worst": float("nan")}))
    with pytest.raises(ValueError, match="JSON"):
        write_grade(path, [nan])
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_lone_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    write_text(tmp_path / "x", "a\udcffb")
    assert (tmp_path / "x").read_text() == "a?b"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    link = tmp_path / "stdout"
    link.symlink_to(f"/proc/self/fd/{writing}")
    write_text(link, "text")
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "text"
    assert link.is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_what_stands_for_an_open_file_is_not_replaced(tmp_path: Path) -> None:
    link = tmp_path / "stdout"
    with (tmp_path / "file").open("wb") as file:
        link.symlink_to(f"/proc/self/fd/{file.fileno()}")
        write_text(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "file").read_text() == "text"
