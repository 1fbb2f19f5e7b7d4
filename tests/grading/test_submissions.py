"""Which submissions there are, what they are called, and into which files their results go."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.grading.intake.naming import Found, named
from autograder.grading.submissions import find

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs the file names and links of a POSIX system")


def names(path: Path) -> list[str]:
    return [submission.name for submission in find(path)]


def test_a_folder_of_notebooks_in_order_of_names(tmp_path: Path) -> None:
    for name in ("carla.ipynb", "Bob.ipynb", "alice.IPYNB", "notes.txt", "expected.json", ".hidden.ipynb"):
        (tmp_path / name).touch()
    (tmp_path / "data").mkdir()
    assert names(tmp_path) == [".hidden", "Bob", "alice", "carla"]


def test_a_folder_of_student_folders(tmp_path: Path) -> None:
    for name in ("alice", "bob", "empty", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "alice" / "hw1.ipynb").touch()
    (tmp_path / "bob" / "hw1.ipynb").touch()
    (tmp_path / "bob" / "hw1 (2).ipynb").touch()
    (tmp_path / "readme.txt").touch()
    found = {submission.name: submission for submission in find(tmp_path)}
    assert list(found) == ["alice", "bob", "empty"]
    assert (found["alice"].path, found["alice"].trouble) == (tmp_path / "alice" / "hw1.ipynb", "")
    assert found["bob"].trouble == "There are 2 notebooks in the folder; one is expected."
    assert found["empty"].trouble == "There is no notebook in the folder."


def test_one_notebook(tmp_path: Path) -> None:
    (tmp_path / "alice.ipynb").touch()
    assert names(tmp_path / "alice.ipynb") == ["alice"]


@posix
def test_every_entry_called_a_notebook_is_a_submission_whatever_it_is(tmp_path: Path) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "loop.ipynb").symlink_to("loop.ipynb")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "dangling.ipynb").symlink_to("nowhere")
    assert names(tmp_path) == ["dangling", "folder", "link", "loop", "pipe"]


@posix
def test_a_student_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret.ipynb").touch()
    batch = tmp_path / "batch"
    (batch / "alice").mkdir(parents=True)
    (batch / "alice" / "a.ipynb").touch()
    (batch / "eve").symlink_to(elsewhere)
    assert [(s.name, s.trouble) for s in find(batch)] == [
        ("alice", ""),
        ("eve", "The folder is a link, which is not followed."),
    ]


@pytest.mark.parametrize("entries", [[], ["notes.txt"], ["data/"]])
def test_a_folder_without_notebooks_is_a_usage_error(tmp_path: Path, entries: list[str]) -> None:
    for entry in entries:
        (tmp_path / entry).mkdir() if entry.endswith("/") else (tmp_path / entry).touch()
    with pytest.raises(UsageError, match="no notebooks to grade"):
        find(tmp_path)


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot find"):
        find(tmp_path / "nowhere")


def test_a_file_that_is_no_notebook_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(UsageError, match="cannot read the folder"):
        find(tmp_path / "notes.txt")


@posix
def test_hostile_names_become_printable_and_fit_for_a_file(tmp_path: Path) -> None:
    hostile = [
        b"line\nbreak.ipynb",
        b"\xff\xfe.ipynb",
        "\u202egnp.ipynb".encode(),
        b"x" * 249 + b".ipynb",
        b"...ipynb",
        b".ipynb",
        b"-rf.ipynb",
        b"con.ipynb",
        b"a:b|c*.ipynb",
        b" .ipynb",
    ]
    for name in hostile:
        os.close(os.open(os.fsencode(tmp_path) + b"/" + name, os.O_CREAT))
    found = find(tmp_path)
    assert len(found) == len(hostile)
    assert all(submission.name.isprintable() and submission.name for submission in found)
    assert len({submission.name for submission in found}) == len(found)


def test_names_that_differ_only_in_case_or_composition_get_files_of_their_own(tmp_path: Path) -> None:
    found = named(
        [
            Found(name, tmp_path)
            for name in ("jose\u0301.ipynb", "jos\u00e9.ipynb", "JOS\u00c9.ipynb", "jos\u00e9")
        ]
    )
    assert len({s.name for s in found}) == 4
    assert len({s.file_name.casefold() for s in found}) == 4


def test_an_ordinary_name_is_kept(tmp_path: Path) -> None:
    (found,) = named([Found("Müller, Anna (2)_hw-1.ipynb", tmp_path)])
    assert found.name == found.file_name == "Müller, Anna (2)_hw-1"


@given(
    st.lists(
        st.text(st.characters(codec=None, exclude_characters="/\x00"), min_size=1, max_size=300),
        max_size=8,
        unique=True,
    )
)
def test_file_names_are_safe_and_unique_whatever_the_names(entries: list[str]) -> None:
    entries = [entry.encode("utf-8", "replace").decode() for entry in entries]
    found = named([Found(entry, Path("x")) for entry in dict.fromkeys(entries)])
    assert len({s.name for s in found}) == len(found)
    assert len({s.file_name.casefold() for s in found}) == len(found)
    for submission in found:
        name = submission.file_name
        assert name
        assert name == name.strip(" .")
        assert not set(name) & set('/\\:*?"<>|\n\0')
        assert len(name.encode()) <= 120
