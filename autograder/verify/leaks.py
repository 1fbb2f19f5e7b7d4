"""What students get must not hold what they must not see.

Searched is the released notebook and every file of the assignment's folder, for

- the lines of the reference, of alternatives and of wrong solutions that are not given to students anyway;
- the lines of the hidden tests, docstrings included. A public test may share a helper with them, so public
  tests are searched for whole hidden tests instead: the same name, title or body;
- blocks of all other files beside the reference (weights, labels, data).

A line counts if it says something: at least seven words and signs and fifteen characters, its comment aside.
So ``return x`` is no secret and ``return upstream * (x > 0)`` is one. A line counts as found wherever it is
part of a longer one: commented out, quoted, in an output or in the notebook's metadata.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import UsageError
from autograder.notebook.release import release, without_solutions

if TYPE_CHECKING:
    from autograder.course import Assignment

MIN_WORDS, MIN_CHARACTERS = 7, 15
BLOCK = 48
"""Bytes of a data file that are found again as a whole."""
MIN_DISTINCT = 8
"""Different bytes in a block that says something: runs of zeros are in every file."""

_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A secret in a file that students get."""

    file: str
    """Name of the file that is handed out, or ``release`` for the notebook as it would be released now."""
    source: str
    """Name of the file that it comes from."""
    secret: str


def leaks(assignment: Assignment) -> tuple[list[Leak], int]:
    """What was found, and how many secrets were looked for.

    Raises:
        UsageError: the reference cannot be released, or a file cannot be read.
    """
    public = {path: path.read_bytes() for path in _files(assignment.directory)}
    texts = {
        str(path.relative_to(assignment.directory)): _squeezed(_words(path.name, data))
        for path, data in public.items()
    }
    texts["release"] = _squeezed(_words("release.ipynb", release(assignment).encode()))
    tests = {str(path.relative_to(assignment.directory)) for path in public if _is_test(path)}
    secrets = _lines(assignment)
    hidden = assignment.hidden_tests.name
    in_tests = "\n".join(texts[name] for name in tests)
    secrets[hidden] = {line for line in secrets.get(hidden, set()) if line not in in_tests}
    sources = {line: source for source, lines in reversed(secrets.items()) for line in lines}
    found = [
        Leak(file=name, source=source, secret=secret)
        for name, text in texts.items()
        for secret, source in sorted(sources.items())
        if secret in text
    ]
    blocks = _blocks(assignment)
    for path, data in public.items():
        name = str(path.relative_to(assignment.directory))
        found += [
            Leak(file=name, source=source, secret=f"a block of {BLOCK} bytes")
            for source, kept in blocks.items()
            if any(block in data for block in kept)
        ]
        if name in tests:
            found += [
                Leak(file=name, source=hidden, secret=secret) for secret in _whole_tests(assignment, data)
            ]
    return found, len(sources) + sum(map(len, blocks.values()))


def says_something(line: str) -> bool:
    """Whether a line of code or prose is long enough to give something away."""
    if line.startswith(("import ", "from ")):
        return False
    return len(line.replace(" ", "")) >= MIN_CHARACTERS and len(_WORD.findall(line)) >= MIN_WORDS


def _lines(assignment: Assignment) -> dict[str, set[str]]:
    """The secret lines of each Python file beside the reference."""
    given = _squeezed(without_solutions(assignment.reference_source.read_text(encoding="utf-8")))
    secrets = {}
    for path in [assignment.reference_source, *_files(assignment.reference_directory)]:
        if path.suffix == ".py":
            lines = map(_code, path.read_text(encoding="utf-8").splitlines())
            secrets[str(path.relative_to(assignment.reference_directory))] = {
                line
                for line in lines
                # what the notebook gives away on purpose may well be used again in a solution
                if says_something(line) and (path == assignment.hidden_tests or line not in given)
            }
    return secrets


def _blocks(assignment: Assignment) -> dict[str, list[bytes]]:
    """Blocks of the data files beside the reference."""
    found = {}
    for path in _files(assignment.reference_directory):
        if path.suffix in (".py", ".toml", ".md"):
            continue
        data = path.read_bytes()
        step = max(BLOCK, len(data) // 200)
        blocks = [data[start : start + BLOCK] for start in range(0, len(data), step)]
        found[str(path.relative_to(assignment.reference_directory))] = [
            block for block in blocks if len(block) == BLOCK and len(set(block)) >= MIN_DISTINCT
        ]
    return found


def _whole_tests(assignment: Assignment, public: bytes) -> Iterator[str]:
    """Names of the hidden tests that stand in a public test file."""
    functions = list(_functions(public))
    names = {function.name for function in functions}
    titles = {ast.get_docstring(function) for function in functions}
    bodies = {_body(function) for function in functions}
    for test in _functions(assignment.hidden_tests.read_bytes()):
        title = ast.get_docstring(test)
        if test.name.startswith("test") and (
            test.name in names or (title and title in titles) or _body(test) in bodies
        ):
            yield test.name


def _functions(source: bytes) -> Iterator[ast.FunctionDef]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"a test file is not Python: {error}") from None
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef))


def _body(function: ast.FunctionDef) -> str:
    """What a function does, whatever it is called and whatever its docstring says."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return "\n".join(ast.unparse(node) for node in body)


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        hidden = any(
            part.startswith(".") or part == "__pycache__" for part in path.relative_to(directory).parts
        )
        if path.is_file() and not hidden:
            yield path


def _is_test(path: Path) -> bool:
    return path.suffix == ".py" and path.name.startswith("test_")


def _words(name: str, data: bytes) -> str:
    """All text of a file; of a notebook, all strings that it holds, wherever they stand."""
    text = data.decode("utf-8", "replace")
    if not name.endswith(".ipynb"):
        return text
    try:
        return "\n".join(_strings(json.loads(text)))
    except ValueError:
        return text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list):
        # a cell's source is one text or a list of its lines
        yield from (
            _strings("".join(value))
            if all(isinstance(item, str) for item in value)
            else (text for item in value for text in _strings(item))
        )


def _squeezed(text: str) -> str:
    """The text with one space for any white space within a line: what is searched."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


def _code(line: str) -> str:
    """A line without indentation and comment, white space squeezed; of a comment alone, its text."""
    code = line.strip()
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            if token.type == tokenize.COMMENT:
                code = code[: token.start[1]] or token.string.lstrip("# ")
    except (tokenize.TokenError, SyntaxError):
        pass  # part of a text or of a bracket
    return " ".join(code.split())
