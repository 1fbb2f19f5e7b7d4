"""Whatever a submission holds and is, reading it gives a notebook or one sentence that refuses it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from autograder.grading.submissions import find
from autograder.notebook.read import MAX_CELLS, MAX_CODE, MAX_DEPTH, Cell, UnreadableNotebook, parse, read
from autograder.notebook.weights import UnreadableWeights, parse_weights
from tests.fuzzing import damaged, damages, run

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the file names and links of a POSIX system")

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1", "utf-7")
SOURCES = {1: "code", 2: "input", 3: "input", 4: "source"}

texts = st.text(st.characters(codec=None), max_size=12) | st.sampled_from(
    ["x = 1\n", "\ud83d\ude00", "\x1b[31m", ""]
)
leaves = (
    st.none() | st.booleans() | st.floats() | texts
    | st.integers(-(2**70), 2**70) | st.sampled_from([10**4000, -(10**20), 0, 4])
)  # fmt: skip
junk = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
sources = texts | st.lists(texts, max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[Cell, ...]]:
    """A notebook of some format, and the cells that it has."""
    version = draw(st.sampled_from([1, 2, 3, 4]))
    cells, code = [], []
    for _ in range(draw(st.integers(0, 4))):
        source = json.loads(json.dumps(draw(sources)))  # two surrogates may be one character
        is_code = draw(st.integers(0, 4)) > 0
        key = SOURCES[version]
        cells.append({"cell_type": "code" if is_code else "markdown", key: source, "outputs": draw(junk)})
        if is_code:
            code.append("".join(source))
    document: dict[str, Any] = {"nbformat": version, "metadata": draw(junk)}
    if version in (2, 3):
        middle = draw(st.integers(0, len(cells)))
        document["worksheets"] = [{"cells": cells[:middle]}, {"cells": cells[middle:]}]
    else:
        document["cells"] = cells
    shown = [source.encode("utf-8", "replace").decode() for source in code if source.strip()]
    return document, tuple(Cell(number, source) for number, source in enumerate(shown, 1))


def encoded(document: object, *, escape: bool = True) -> bytes:
    return json.dumps(document, ensure_ascii=escape).encode("utf-8", "replace")


def verdict(data: bytes) -> tuple[Cell, ...] | str:
    """The cells, or the sentence that refuses them; anything else fails the test."""
    try:
        cells = parse(data).cells
    except UnreadableNotebook as refusal:
        return one_sentence(refusal)
    assert cells
    assert [cell.number for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell.source.strip() and cell.source.encode() for cell in cells)
    assert len(cells) <= MAX_CELLS
    assert sum(len(cell.source) for cell in cells) <= MAX_CODE
    return cells


def one_sentence(refusal: BaseException) -> str:
    text = str(refusal)
    assert text.isprintable()
    assert text.endswith(".")
    assert len(text) < 160
    return text


def replace_somewhere(document: Any, steps: list[int], value: object) -> None:
    """Put ``value`` in the place of something that ``steps`` lead to."""
    for step in steps:
        if not isinstance(document, dict | list) or not document:
            return
        keys: list[Any] = list(document) if isinstance(document, dict) else list(range(len(document)))
        key = keys[step % len(keys)]
        if step % 3 == 0 or not isinstance(document[key], dict | list):
            document[key] = value
            return
        document = document[key]


def untouched(drawn: tuple[dict[str, Any], tuple[Cell, ...]]) -> None:
    document, cells = drawn
    document = json.loads(json.dumps(document))
    assert verdict(encoded(document)) == (cells or "The notebook has no cells with code.")


def mutated(
    drawn: tuple[dict[str, Any], tuple[Cell, ...]],
    changes: list[tuple[list[int], object]],
    twice: str,
    depth: int,
    encoding: str,
    damage: list[tuple[str, int, bytes]],
) -> None:
    document = json.loads(json.dumps(drawn[0]))
    for steps, value in changes:
        replace_somewhere(document, steps, value)
    text = json.dumps(document, ensure_ascii=depth % 2 == 0)
    text = text.replace(f'"{twice}":', f'"{twice}": {"[" * depth}{"]" * depth}, "{twice}":')
    data = damaged(text.encode(encoding, "replace"), damage)
    assert verdict(data) == verdict(data)


CHANGES = st.lists(st.tuples(st.lists(st.integers(0, 20), max_size=5), junk), max_size=3)
TWICE = st.sampled_from(["cells", "nbformat", "source", "worksheets", "metadata", "absent"])
DEPTHS = st.sampled_from([0, 1, 50, 89, 101, 3000])


def fuzz(cases: int) -> None:
    run(untouched, cases=cases // 4, drawn=documents())
    run(
        mutated,
        cases=cases,
        drawn=documents(),
        changes=CHANGES,
        twice=TWICE,
        depth=DEPTHS,
        encoding=st.sampled_from(ENCODINGS),
        damage=damages,
    )


def test_notebooks_are_read_or_refused_in_one_sentence() -> None:
    fuzz(150)


@pytest.mark.slow
def test_many_notebooks_are_read_or_refused_in_one_sentence() -> None:
    fuzz(8_000)


def test_how_deep_the_caller_stands_changes_nothing() -> None:
    """A notebook that is read on its own is read within a test run too."""

    def below(levels: int, data: bytes) -> object:
        return below(levels - 1, data) if levels else verdict(data)

    for depth in (MAX_DEPTH - 1, MAX_DEPTH, 900):
        cell = '{"cell_type": "code", "source": "x"}'
        text = f'{{"cells": [{cell}], "nbformat": 4, "m": {"[" * depth}{"]" * depth}}}'
        assert verdict(text.encode()) == below(600, text.encode())
    assert "deeply" in str(verdict(text.encode()))


def test_too_much_code_is_refused() -> None:
    """Each cell is run and each is kept; a file of 32 MiB could hold a million."""
    cell = {"cell_type": "code", "source": "x"}
    assert len(verdict(encoded({"nbformat": 4, "cells": [cell] * MAX_CELLS}))) == MAX_CELLS
    assert "cells" in str(verdict(encoded({"nbformat": 4, "cells": [cell] * (MAX_CELLS + 1)})))
    long = {"cell_type": "code", "source": ["#" * (MAX_CODE // 2)] * 2}
    assert len(verdict(encoded({"nbformat": 4, "cells": [long]}))) == 1
    assert "characters of code" in str(verdict(encoded({"nbformat": 4, "cells": [cell, long]})))


def test_a_large_notebook_with_many_outputs_is_read() -> None:
    """What an honest student hands in: figures, tables, a plot as JSON."""
    output = {
        "output_type": "display_data",
        "data": {"plot": [n / 7 for n in range(300_000)], "png": "A" * 2**22},
    }
    cells = [{"cell_type": "code", "source": "x", "outputs": [output]}]
    assert verdict(encoded({"nbformat": 4, "cells": cells})) == (Cell(1, "x"),)


_MEASURE = """
import resource, sys
from autograder.notebook.read import MAX_BYTES, UnreadableNotebook, parse
head = b'{"nbformat":4,"cells":[{"cell_type":"code","source":"x"'
size = MAX_BYTES - 200
bombs = {
    "lists": head + b'}],"m":[' + b"[]," * (size // 3) + b"0]}",
    "objects": head + b'}],"m":[' + b'{"a":0},' * (size // 8) + b"0]}",
    "keys": head + b'}],"m":{' + b",".join(b'"%x":{}' % n for n in range(240_000)) + b"}}",
    "wide": head + ', "outputs":"\\U0001f600'.encode() + b"x" * (size - 100) + b'"}]}',
    "code": head[:-1] + "\\U0001f600".encode() + b"x" * (size - 100) + b'"}]}',
    "cells": head + b"}," + b'{"cell_type":"code","source":"x"},' * (size // 34) + b"0]}",
    "quotes": head + b'"' * size,
    "escapes": head[:-2] + b'"' + b'\\\\"' * (size // 2),
    "open": b"[" * size,
    "digits": head + b'}],"m":' + b"9" * size + b"}",
    "numbers": head + b'}],"m":[' + b",".join([b"9" * 4300] * (size // 4301)) + b"]}",
}
data = bombs[sys.argv[1]]
del bombs
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    parse(data)
except UnreadableNotebook:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "bomb",
    ["lists", "objects", "keys", "wide", "code", "cells", "quotes", "escapes", "open", "digits", "numbers"],
)
@posix
def test_no_file_makes_the_grader_large(bomb: str) -> None:
    """32 MiB of anything take less than 512 MiB more, and seconds."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, bomb], capture_output=True, text=True, check=True, timeout=60
    )
    assert int(done.stdout) < 512


def damaged_weights(damage: list[tuple[str, int, bytes]], header: dict[str, object]) -> None:
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "replace")
    data = damaged(len(text).to_bytes(8, "little") + text + bytes(24), damage)
    try:
        arrays = parse_weights(data)
    except UnreadableWeights as refusal:
        one_sentence(refusal)
    else:
        assert all(type(name) is str and array.dtype.kind in "fiub" for name, array in arrays.items())


TENSORS = st.dictionaries(
    texts,
    st.fixed_dictionaries(
        {
            "dtype": st.sampled_from(["F32", "F64", "I64", "BOOL", "BF16", "U16", "F8_E4M3", "X", 4]),
            "shape": st.lists(st.sampled_from([0, 1, 2, 3, 6, 2**31, 2**62, 2**64, -1, 1.5]), max_size=4),
            "data_offsets": st.lists(st.sampled_from([0, 4, 8, 24, 25, 2**64, -1]), max_size=3),
        }
    )
    | junk,
    max_size=3,
)


def test_weights_are_read_or_refused_in_one_sentence() -> None:
    run(damaged_weights, cases=150, damage=damages, header=TENSORS)


@pytest.mark.slow
def test_many_weights_are_read_or_refused_in_one_sentence() -> None:
    run(damaged_weights, cases=5_000, damage=damages, header=TENSORS)


def test_a_header_that_would_become_a_million_objects_is_refused() -> None:
    tensor = '"%x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
    text = f"{{{','.join(tensor % n for n in range(40_000))}}}".encode()
    with pytest.raises(UnreadableWeights, match="too many"):
        parse_weights(len(text).to_bytes(8, "little") + text)


NOTEBOOK = encoded({"nbformat": 4, "cells": [{"cell_type": "code", "source": "x"}]})


def make(folder: Path, name: bytes, kind: str) -> None:
    path = Path(os.fsdecode(bytes(folder) + b"/" + name))
    match kind:
        case "notebook":
            path.write_bytes(NOTEBOOK)
        case "empty":
            path.touch()
        case "link":
            path.symlink_to("/etc/passwd")
        case "loop":
            path.symlink_to(path.name)
        case "folder":
            path.mkdir()
        case "student":
            path.mkdir()
            (path / "hw.ipynb").write_bytes(NOTEBOOK)
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")


KINDS = ("notebook", "empty", "link", "loop", "folder", "student", "pipe", "device")
PARTS = (
    *(b"a", b"\n", b"\r", b" ", b"\t", b".", b"-", b"\\", b":", b"..", b"\x1b[31m", b"\x1b]0;x\x07", b"\xff"),
    *(b"CON", b"<script>", b"=1+1", b"::error::", b"##[error]", b"%0a", b"'", b"x" * 60),
    *(text.encode() for text in ("\u202e", "\u2028", "\u0301" * 5, "\U0001f600")),
)
NAMES = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map(b"".join)


def strange_entries(entries: dict[bytes, tuple[str, bool]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "always.ipynb").write_bytes(NOTEBOOK)
        for entry, (kind, ending) in entries.items():
            if entry not in (b".", b".."):
                make(folder, entry + b".ipynb" * ending, kind)
        found = find(folder)
        for submission in found:
            assert submission.name.isprintable()
            assert submission.file_name[0] not in ".-~"
            assert not set(submission.file_name) & set("/\\:*?\"<>|%'=\n\r\x1b")
            assert len(submission.file_name.encode()) <= 120
            if submission.trouble:
                continue
            try:
                assert read(submission.path).cells == (Cell(1, "x"),)
            except UnreadableNotebook as refusal:
                one_sentence(refusal)
        assert len({submission.name for submission in found}) == len(found)
        assert len({submission.file_name.casefold() for submission in found}) == len(found)


ENTRIES = st.dictionaries(NAMES, st.tuples(st.sampled_from(KINDS), st.booleans()), max_size=4)


@posix
def test_strange_entries_get_a_name_and_a_verdict() -> None:
    run(strange_entries, cases=60, entries=ENTRIES)


@pytest.mark.slow
@posix
def test_many_strange_entries_get_a_name_and_a_verdict() -> None:
    run(strange_entries, cases=1_500, entries=ENTRIES)


@posix
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
def test_a_device_is_refused_unopened(device: str) -> None:
    with pytest.raises(UnreadableNotebook, match="a pipe or a device"):
        read(Path(device))


@posix
def test_a_pipe_is_refused_unopened(tmp_path: Path) -> None:
    """Who waits to write into it goes on waiting: nobody came to read."""
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.open("wb").close(), daemon=True)
    writer.start()
    with pytest.raises(UnreadableNotebook, match="a pipe or a device"):
        read(pipe)
    assert writer.is_alive()
    pipe.open("rb").close()
    writer.join(10)
    assert not writer.is_alive()


@posix
def test_a_socket_is_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "s.ipynb"))
        with pytest.raises(UnreadableNotebook, match="a pipe or a device"):
            read(tmp_path / "s.ipynb")


@posix
def test_names_too_long_for_the_system_are_no_fault_of_the_grader(tmp_path: Path) -> None:
    """The weights of ``x…x.ipynb`` would have a name that no file can have."""
    for path in (tmp_path / ("x" * 300 + ".ipynb"), tmp_path / "file" / "below"):
        (tmp_path / "file").touch()
        with pytest.raises(UnreadableNotebook, match="no such file"):
            read(path)
