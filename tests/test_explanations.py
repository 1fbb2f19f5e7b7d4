"""Every code that a verdict can carry has a longer text, and what the texts refer to exists."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import autograder
from autograder.cli import main
from autograder.explanations import Explanation, explanations
from autograder.reports.explained import text

if TYPE_CHECKING:
    from tests.demo import DemoCourse

PACKAGE = Path(autograder.__file__).parent
JUDGING = ("check.py", "checks", "grading", "notebook", "student", "errors.py", "verdict.py")
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
TABLES = ("MESSAGES", "_TOLD")
"""Dictionaries whose keys are codes."""
KINDS = ("shape", "dtype", "wrong", "not-finite", "precision")
"""What ``checks.compare.compare`` puts behind its prefix."""
NOT_OF_VERDICTS = {
    *("kernel.py", "shell.py", "run.py", "graph.py", "shipping.py", "zygote.py", "encoding.py"),
    "student.py",
}
"""Where ``code`` is source code, bytes or an exit status."""
HANDED_ON = {
    *("code", "self.code", "found.code", "finding.code", "mistake.code", "variant.code", "error.code"),
    *("cause.code", "stopped.code", "self._stopped.code", "exceeded.code"),
}
"""Expressions that hand a code on which was made elsewhere."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for name in JUDGING:
        path = PACKAGE / name
        for file in [path] if path.is_file() else sorted(path.rglob("*.py")):
            if file.name not in NOT_OF_VERDICTS or "grading" in file.parts:
                yield file, ast.parse(file.read_text(encoding="utf-8"))


def parameters(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """Names of what a call gives by position."""
    if isinstance(node, ast.FunctionDef):
        return [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            return parameters(statement)[1:]
    return [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


def expressions() -> Iterator[tuple[Path, ast.expr]]:
    """All that is given as a code anywhere: by name, by position, assigned, or as a key of a table."""
    everywhere: dict[str, set[int]] = defaultdict(set)
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and "code" in parameters(node):
                everywhere[node.name].add(parameters(node).index("code"))
            if (
                isinstance(node, ast.FunctionDef)
                and "code" in parameters(node)[1:2]
                and node.args.args[0].arg == "self"
            ):
                everywhere[node.name].add(0)
    everywhere.pop("__init__", None)
    for file, tree in trees():
        here = {
            node.name: {parameters(node).index("code")}
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            and "code" in parameters(node)
            and node.args.args[:1]
            and node.args.args[0].arg != "self"
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                yield from ((file, k.value) for k in node.keywords if k.arg == "code")
                for position in here.get(name, everywhere.get(name, ())):
                    yield from ((file, value) for value in node.args[position : position + 1])
                if name == "__init__" and isinstance(node.func, ast.Attribute) and node.args:
                    yield from (
                        (file, value)
                        for value in node.args[:1]
                        if isinstance(value, ast.Constant) and file.name in ("read.py", "monitor.py")
                    )
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    name = getattr(target, "id", "")
                    if name == "code" and node.value is not None:
                        yield file, node.value
                    elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                        if getattr(target.elts[0], "id", "") == "code":
                            yield file, node.value.elts[0]
                    elif name in TABLES and isinstance(node.value, ast.Dict):
                        yield from ((file, key) for key in node.value.keys if key is not None)
            elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
                names = [getattr(element, "id", "") for element in node.target.elts]
                if "code" in names and isinstance(node.iter, ast.Tuple):
                    for row in node.iter.elts:
                        assert isinstance(row, ast.Tuple)
                        yield file, row.elts[names.index("code")]
            elif isinstance(node, ast.FunctionDef) and node.name == "_death":
                yield from (
                    (file, found.value.elts[0])
                    for found in ast.walk(node)
                    if isinstance(found, ast.Return) and isinstance(found.value, ast.Tuple)
                )
            elif isinstance(node, ast.FunctionDef) and node.name in ("code", "code_of"):
                yield from (
                    (file, found.value)
                    for found in ast.walk(node)
                    if isinstance(found, ast.Return) and isinstance(found.value, ast.Constant)
                )


def possible_codes() -> tuple[set[str], set[str]]:
    """Codes that are written out in the sources, and other expressions that stand in their place."""
    codes: set[str] = set()
    others: set[str] = set()
    prefixes: set[str] = set()
    for _, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "compare":
                prefixes |= {k.value.value for k in node.keywords if k.arg == "prefix"}  # type: ignore[attr-defined]
    waiting = [expression for _, expression in expressions()]
    while waiting:
        match waiting.pop():
            case ast.Constant(value=str(code)):
                codes |= {code} - {""}
            case ast.IfExp(body=one, orelse=other):
                waiting += [one, other]
            case ast.BoolOp(values=values):
                waiting += values
            case ast.BinOp(left=ast.Name(id="prefix"), right=ast.Name(id="kind")):
                codes |= {prefix + kind for prefix in prefixes - {""} for kind in KINDS}
            case ast.JoinedStr(values=[ast.Constant(value=str(first)), *_]) if first == "raised ":
                codes.add("raised")
            case expression:
                others.add(ast.unparse(expression))
    return codes, others


CODES, OTHERS = possible_codes()


def test_the_enumeration_finds_codes_of_every_kind() -> None:
    assert {
        *(
            "raised",
            "timeout-cell",
            "timeout-call",
            "timeout-total",
            "memory",
            "output",
            "answer-size",
            "died",
        ),
        *("unreadable", "protocol", "hidden", "needs", "not-attempted", "unwritten", "grader-fault"),
        *("gradient-mask", "gradient-shape", "value-precision", "step-not-finite", "training-plateau"),
        *("convolution-flipped", "loss-base", "step-count", "norm-missing", "prediction-sum", "memorised"),
        *("weights-unreadable", "depends-on-batch", "device-mixed", "forbidden", "accuracy-too-close"),
    } <= CODES
    assert len(CODES) > 150


def test_every_code_has_a_text_and_no_text_is_left_over() -> None:
    assert sorted(CODES - set(explanations())) == []
    assert sorted(set(explanations()) - CODES) == []
    assert all(CODE.fullmatch(code) for code in CODES)


def test_nothing_else_is_given_as_a_code() -> None:
    unknown = {other for other in OTHERS if other not in HANDED_ON}
    assert unknown <= {
        "data['code']",  # read from a grade JSON
        "*self._death(subject)",  # whose codes are looked at there
        "max(counts, key=lambda c: (counts[c], -codes.index(c)))",
        "_main_code([finding.code for _, finding in seen])",
    }, "a code that this test cannot follow: write it out, or teach the test"


def test_the_codes_of_the_sample_class_have_texts() -> None:
    found = {
        question["code"]
        for file in (Path(__file__).parent / "class").rglob("*.expected.json")
        for question in json.loads(file.read_text(encoding="utf-8"))["questions"].values()
        if isinstance(question, dict) and question.get("code")
    }
    assert found <= set(explanations())


@pytest.mark.parametrize("code", explanations())
def test_a_text_is_complete_and_fits_a_terminal(code: str) -> None:
    found = explanations()[code]
    assert isinstance(found, Explanation)
    assert found.title[0].isupper() or found.title[0].isdigit()
    assert not found.title.endswith(".")
    assert found.meaning.endswith((".", ")"))
    assert all(mistake.endswith((".", "?", ")")) for mistake in found.mistakes)
    assert found.read
    lines = text(code).split("\n")
    assert lines[0].startswith(f"{code}: ")
    assert all(len(line) <= 80 for line in lines)


@pytest.mark.parametrize("code", [code for code, found in explanations().items() if found.example])
def test_an_example_is_python(code: str) -> None:
    source = explanations()[code].example.strip("\n")
    # Within a function, so that it may return something.
    ast.parse("def f():\n" + "\n".join(f"    {line}" for line in source.split("\n")))


def test_the_questions_that_a_text_names_exist() -> None:
    root = Path(__file__).parents[1] / "assignments"
    known = {
        folder.name[:2]: set(
            re.findall(r'@question\(\s*"([\d.]+)"', next(folder.glob("test_*.py")).read_text())
        )
        for folder in root.iterdir()
        if folder.is_dir() and folder.name[:2].isdigit()
    }
    named = 0
    for code, found in explanations().items():
        for number, rest in re.findall(r"assignment (\d\d)((?:(?!assignment).)*)", found.read):
            for question in re.findall(r"\d+\.\d+", rest):
                named += 1
                assert question in known[number], f"{code}: {number}, {question}"
    assert named > 100


def test_the_command_explains_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "gradient-mean"]) == 0
    said = capsys.readouterr().out
    assert "averaged instead of summed" in said
    assert "In the course: assignment 01, question 2.11" in said
    assert main(["explain", "raised ValueError"]) == 0, "with the name of the exception, as reports have it"
    capsys.readouterr()
    assert main(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(explanations())
    assert main(["explain", "gradient-sing"]) == 2
    assert "similar: gradient-sign" in capsys.readouterr().err
    assert main(["explain", "\x1b[2J::error::x"]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_pytest_explains_and_runs_nothing(course: DemoCourse, tmp_path: Path) -> None:
    graded = course.run("assignments/", "--explain", "gradient-mean")
    assert graded.status == 0
    assert graded.grade is None
    assert graded.output.startswith("gradient-mean: ")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--explain=gradient-sing"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "similar: gradient-sign" in done.stderr
