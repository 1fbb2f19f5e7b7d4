"""What is taken from a submission, and what is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.notebook.read import Cell, UnreadableNotebook, from_percent, parse, read


def notebook(*cells: dict[str, object], **metadata: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}).encode()


def code(source: object, **fields: object) -> dict[str, object]:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
        "id": "a",
    } | fields


def test_only_the_source_of_code_cells_is_taken() -> None:
    """Tags, outputs, kernel names and ids have no effect."""
    plain = parse(notebook(code("x = 1"), code("y = 2")))
    dressed = parse(
        notebook(
            code("x = 1", metadata={"tags": ["skip-execution", "raises-exception"]}, id="same"),
            {"cell_type": "markdown", "source": "# text", "metadata": {}, "id": "m"},
            code("y = 2", outputs=[{"output_type": "stream", "name": "stdout", "text": "10/10"}], id="same"),
            kernelspec={"name": "bash", "display_name": "evil"},
        )
    )
    assert plain == dressed
    assert plain.cells == (Cell(1, "x = 1"), Cell(2, "y = 2"))


def test_blank_cells_are_not_counted() -> None:
    assert parse(notebook(code("x = 1"), code("  \n"), code("y = 2"))).cells == (
        Cell(1, "x = 1"),
        Cell(2, "y = 2"),
    )


def test_a_source_given_as_lines_is_joined() -> None:
    assert parse(notebook(code(["x = 1\n", "y = 2"]))).cells == (Cell(1, "x = 1\ny = 2"),)


def test_a_notebook_of_format_3_is_read() -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [
            {
                "cells": [
                    {
                        "cell_type": "code",
                        "input": ["x = 1"],
                        "language": "python",
                        "outputs": [],
                        "metadata": {},
                    }
                ]
            }
        ],
    }
    assert parse(json.dumps(old).encode()).cells == (Cell(1, "x = 1"),)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert parse(b"\xef\xbb\xbf" + notebook(code("x = 1"))).cells == (Cell(1, "x = 1"),)


def test_a_lone_surrogate_becomes_text_that_can_be_sent() -> None:
    (cell,) = parse(notebook(code("x = '\ud800'"))).cells
    cell.source.encode("utf-8")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"%PDF-1.7", "not valid JSON"),
        (b'{"cells": [', "not valid JSON"),
        (b"\xff\xfe\x00\x01", "UTF-8"),
        (b"[]", "not a notebook"),
        (b"3", "not a notebook"),
        (b"null", "not a notebook"),
        (b"{}", "not a notebook"),
        (b'{"nbformat": 99, "cells": []}', "format that is not known (99)"),
        (b'{"nbformat": "4", "cells": []}', "format that is not known ('4')"),
        (b'{"nbformat": [4], "cells": []}', "format that is not known (a list)"),
        (b'{"nbformat": 3, "worksheets": []}', "no cells with code"),
        (notebook(), "no cells with code"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', "not a notebook"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 5}', "not a notebook"),
        (notebook(code({"a": 1})), "not a notebook"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": 4, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not a notebook"),
    ],
)
def test_what_is_not_a_notebook_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableNotebook) as caught:
        parse(data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "dressing",
    [
        {"metadata": None},
        {"outputs": None},
        {"outputs": "garbage"},
        {"outputs": [3]},
        {"id": [1]},
        {"attachments": 5},
        {"execution_count": "x"},
    ],
)
def test_whatever_is_wrong_beside_the_source_has_no_effect(dressing: dict[str, object]) -> None:
    assert parse(notebook(code("x = 1", **dressing))).cells == (Cell(1, "x = 1"),)
    bare = {"nbformat": 4, "nbformat_minor": "5", "cells": [{"cell_type": "code", "source": "x = 1"}, 7]}
    assert parse(json.dumps(bare).encode()).cells == (Cell(1, "x = 1"),)


def test_only_an_ordinary_file_is_opened(tmp_path: Path) -> None:
    """Neither a link, which could lead anywhere, nor a pipe, which would wait for ever, nor a folder."""
    real = tmp_path / "real.ipynb"
    real.write_bytes(notebook(code("x = 1")))
    link = tmp_path / "link.ipynb"
    link.symlink_to(real)
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    dangling = tmp_path / "dangling.ipynb"
    dangling.symlink_to(tmp_path / "absent.ipynb")
    for path, words in {
        link: "a link",
        dangling: "a link",
        pipe: "a pipe",
        tmp_path: "a folder",
        tmp_path / "absent.ipynb": "no such file",
    }.items():
        with pytest.raises(UnreadableNotebook, match=words):
            read(path)
    assert len(read(real).cells) == 1


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.ipynb"
    with path.open("wb") as file:
        file.truncate(40 * 2**20)
    with pytest.raises(UnreadableNotebook, match="larger than"):
        read(path)


def test_percent_format_gives_the_same_cells() -> None:
    text = "# %% [markdown]\n# Title\n\n# %%\nx = 1\n\n# %%\n\n# %%\ny = 2\n"
    assert from_percent(text).cells == (Cell(1, "x = 1"), Cell(2, "y = 2"))
