"""``autograder grade`` with what Canvas hands out, from the zip to the gradebook."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.demo import SKELETON, SOLVED, DemoCourse, write_notebook
from tests.grading.intake.zips import archive, make
from tests.test_cli import assert_one_sentence, autograder


@pytest.fixture
def download(course: DemoCourse) -> Path:
    """A Canvas download: solved, untouched (as a zip in the zip), and a link."""
    solved = write_notebook(course.root / "solved.ipynb", SOLVED).read_bytes()
    untouched = write_notebook(course.root / "untouched.ipynb", SKELETON).read_bytes()
    return make(
        course.root / "submissions.zip",
        {
            "lovelaceada_11_500_demo.ipynb": untouched,
            "lovelaceada_11_501_demo-1.ipynb": solved,
            "turingalan_LATE_12_502_demo.zip": archive({"demo/demo.ipynb": untouched}),
            "hoppergrace_13_503_text.html": b"",
            "nobodynick_14_504_demo.ipynb": untouched,
        },
    )


def test_a_canvas_download_is_graded_and_not_again(
    course: DemoCourse,
    download: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [
        "ID;Name;Canvas",
        's1;"Lovelace, Ada";',
        "s2;Alan Turing;12",
        "s3;Grace Hopper;",
        "s4;Ann Other;",
    ]
    (course.root / "roster.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")
    temporary = tmp_path_factory.mktemp("tmp")
    monkeypatch.setenv("TMPDIR", str(temporary))
    command = ("grade", download, "--roster", "roster.csv", "--assignment", "01_demo", "--out", "out")

    def grade() -> str:
        done = autograder(*command, cwd=course.root)
        assert done.returncode == 3, done.stderr  # one has to be looked at
        assert list(temporary.iterdir()) == []
        return done.stdout

    first = grade()
    rows = [line for line in first.splitlines() if line.startswith("[")]
    assert len(rows) == 4
    assert any("s1 " in row and "7 / 7" in row for row in rows)
    assert any("s2 " in row and "0 / 7" in row for row in rows)
    assert any("s3 " in row and "no notebook among the files" in row for row in rows)
    assert any("nobodynick_14" in row for row in rows)
    assert "submissions.zip: read as what Canvas hands out for download" in first
    assert "s1: submissions.zip/lovelaceada_11_501_demo-1.ipynb counts, not submissions.zip/love" in first
    assert "not in the roster (1): nobodynick_14" in first
    assert "in the roster, but handed nothing in (1): s4 (Ann Other)" in first
    results = course.root / "out" / "results"
    before = {path.name: path.read_bytes() for path in results.iterdir()}
    assert set(before) == {"s1.json", "s2.json", "s3.json", "nobodynick_14.json"}
    assert "4 submissions graded, 3 of them before" in grade()
    assert {path.name: path.read_bytes() for path in results.iterdir()} == before

    # The same notebook gets the same grade in a folder.
    (course.root / "folder").mkdir()
    shutil.copy(course.root / "solved.ipynb", course.root / "folder" / "s1.ipynb")
    done = autograder("grade", "folder", "--assignment", "01_demo", "--out", "other", cwd=course.root)
    assert done.returncode == 0, done.stderr
    assert (course.root / "other" / "results" / "s1.json").read_bytes() == before["s1.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_what_was_unpacked_is_removed_when_a_batch_is_stopped(
    course: DemoCourse, tmp_path_factory: pytest.TempPathFactory, how: signal.Signals
) -> None:
    course.settings(cell=60.0, total=100.0)
    endless = write_notebook(course.root / "x.ipynb", ["import time\ntime.sleep(50)"]).read_bytes()
    make(course.root / "s.zip", {"lovelaceada_11_500_demo.ipynb": endless})
    temporary = tmp_path_factory.mktemp("tmp")
    process = subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "grade", "s.zip", "--assignment", "01_demo", "--out", "out"],
        cwd=course.root,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("isolation: ")  # all is unpacked by now
        assert len(list(temporary.glob("autograder-*/*/notebook.ipynb"))) == 1
        process.send_signal(how)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert list(temporary.glob("autograder-*")) == []


def test_a_roster_that_cannot_be_used_is_one_sentence(course: DemoCourse, download: Path) -> None:
    (course.root / "roster.csv").write_text("id\ns1\n")
    command = ("grade", download, "--assignment", "01_demo", "--out", "out", "--roster")
    assert_one_sentence(autograder(*command, "nowhere.csv", cwd=course.root), "cannot read the roster")
    (course.root / "roster.csv").write_text("id,canvas\ns1,1\ns2,1\n")
    done = autograder(*command, "roster.csv", cwd=course.root)
    assert_one_sentence(done, "the canvas id 1", "s1 and s2")
