"""What Canvas, Moodle and Gradescope hand out becomes one row per student, as a zip and unpacked."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.grading.intake.roster import Member, Roster
from autograder.grading.submissions import find
from tests.grading.intake.zips import archive, cell, cells, make, notebook, unpack

Lay = Callable[[Path, Mapping[str, bytes]], Path]

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and modes of a POSIX system")


@pytest.fixture(params=[make, unpack], ids=["zip", "folder"])
def lay(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Mapping[str, bytes]], Path]:
    name = "download.zip" if request.param is make else "download"
    return lambda members: request.param(tmp_path / name, members)


LayIn = Callable[[Mapping[str, bytes]], Path]

# instructure/canvas-lms, lib/content_zipper.rb, get_filename and add_upload_submission:
# [sortable_name.downcase, "LATE" if late, user_id].join("_") without all but word characters, then
# "_#{attachment.id}_#{display_name}"; Attachment.make_unique_filename and resubmission add "-1" to the name;
# what was typed in is "#{...}_text.html" or "_link.html"; anonymous: "anon_#{anonymous_id}".
CANVAS = {
    "lovelaceada_11_501_autograd.ipynb": notebook("ada"),
    "ó_neillmáire_LATE_12_503_autograd-2.ipynb": notebook("maire"),
    "turingalan_13_text.html": b"<p>I could not upload it</p>",
    "LATE_anon_Zx81q_504_2_3_autograd.ipynb": notebook("somebody"),
}


def test_canvas(lay: LayIn) -> None:
    with find(lay(CANVAS)) as intake:
        assert cells(intake) == {
            "anon_Zx81q": "somebody",
            "lovelaceada_11": "ada",
            "turingalan_13": "There is no notebook among the files that were handed in.",
            "ó_neillmáire_12": "maire",
        }
        assert "read as what Canvas hands out" in intake.notes[0]


def test_of_several_attachments_in_canvas_the_newest_counts_and_the_others_are_named(lay: LayIn) -> None:
    members = {
        "lovelaceada_11_9_autograd.ipynb": notebook("first"),
        "lovelaceada_11_501_autograd-1.ipynb": notebook("last"),
        "lovelaceada_11_77_notes.ipynb": notebook("second"),
        "turingalan_13_400_autograd.ipynb": notebook("alan"),
    }
    with find(lay(members)) as intake:
        assert cells(intake) == {"lovelaceada_11": "last", "turingalan_13": "alan"}
        (note,) = (note for note in intake.notes if "counts, not" in note)
    assert "lovelaceada_11_501_autograd-1.ipynb counts, not" in note
    assert "lovelaceada_11_9_autograd.ipynb" in note
    assert "lovelaceada_11_77_notes.ipynb" in note


# moodle/moodle, mod/assign/classes/downloader.php, get_student_prefix and load_submissionplugin_filelist:
# clean_filename(str_replace("_", " ", fullname) . "_" . uniqueid) . "_assignsubmission_file", a folder for
# each student by default, with "_" at its end until Moodle 4; in one folder if assign_downloadasfolders is
# off; what was typed in is "..._assignsubmission_onlinetext"; blind marking makes the name "Participant".
@pytest.mark.parametrize("between", ["_/", "/", "_", "_/sub/"])
def test_moodle(lay: LayIn, between: str) -> None:
    members = {
        f"Ada Lovelace_2001_assignsubmission_file{between}autograd.ipynb": notebook("ada"),
        f"Ada Lovelace_2001_assignsubmission_onlinetext{between}onlinetext.html": b"see file",
        f"José Ñandú_2002_assignsubmission_file{between}mein heft.ipynb": notebook("jose"),
        f"Participant_2003_assignsubmission_file{between}autograd.ipynb": notebook("blind"),
        f"Alan Turing_2004_assignsubmission_file{between}essay.pdf": b"%PDF",
        f"Two Files_2005_assignsubmission_file{between}a.ipynb": notebook("a"),
        f"Two Files_2005_assignsubmission_file{between}b.ipynb": notebook("b"),
    }
    with find(lay(members)) as intake:
        assert cells(intake) == {
            "Ada Lovelace_2001": "ada",
            "Alan Turing_2004": "There is no notebook among the files that were handed in.",
            "José Ñandú_2002": "jose",
            "Participant_2003": "blind",
            "Two Files_2005": "There are 2 notebooks; one is expected.",
        }


# "Download Submissions" of Gradescope; keys with a colon as Ruby writes symbols.
METADATA = b"""---
submission_901:
  :submitters:
  - :name: "Ada Lovelace"
    :sid: '1001'
    :email: ada@example.edu
  :created_at: 2026-10-01 12:00:00.000000000 Z
  :score: 1.0
  :results:
    tests:
    - output: ":submitters: [{:sid: '1002'}]"
submission_902:
  :created_at: 2026-10-01 12:01:00.000000000 Z
  :submitters:
  - :name: Alan Turing
    :sid:
    :email: alan@example.edu
  - :name: Grace Hopper
    :sid: '1003'
    :email: grace@example.edu
submission_1000:
  :submitters:
  - :name: Ada Lovelace
    :sid: '1001'
    :email: ada@example.edu
"""
GRADESCOPE = {
    "submission_metadata.yml": METADATA,
    "submission_901/autograd.ipynb": notebook("early"),
    "submission_902/homework/autograd.ipynb": notebook("both"),
    "submission_902/.ipynb_checkpoints/autograd-checkpoint.ipynb": notebook("old"),
    "submission_1000/autograd.ipynb": notebook("late"),
    "submission_1001/autograd.ipynb": notebook("nobody"),
}


@pytest.mark.parametrize("top", ["", "assignment_77_export/"])
def test_gradescope(lay: LayIn, top: str) -> None:
    with find(lay({top + name: data for name, data in GRADESCOPE.items()})) as intake:
        assert cells(intake) == {
            "1001": "late",
            "1003": "both",
            "alan@example.edu": "both",
            "submission_1001": "nobody",
        }
        assert any("1001: " in note and "submission_901/autograd.ipynb" in note for note in intake.notes)
        assert any("several students" in note and note.endswith(": 1") for note in intake.notes)


@pytest.mark.parametrize(
    "damage",
    [
        b"\t- x: [",
        b"- no mapping",
        b"submission_901: 7\n",
        b"\xff\xfe\x00",
        b"a: &a [*a]\n",
        b"a: " + b"[" * 5000,
    ],
)
def test_gradescope_without_metadata_that_can_be_read_still_has_its_rows(lay: LayIn, damage: bytes) -> None:
    with find(lay({**GRADESCOPE, "submission_metadata.yml": damage})) as intake:
        assert {s.name for s in intake} == {f"submission_{n}" for n in (901, 902, 1000, 1001)}


def test_what_students_name_like_the_metadata_decides_nothing(lay: LayIn) -> None:
    forged = b"submission_1:\n  :submitters:\n  - :sid: victim\n"
    members = {
        "Ada Lovelace_1_assignsubmission_file_/autograd.ipynb": notebook("ada"),
        "Ada Lovelace_1_assignsubmission_file_/submission_metadata.yml": forged,
        "Ada Lovelace_1_assignsubmission_file_/assignment_1_export/submission_metadata.yml": forged,
        "Bob Ross_2_assignsubmission_file_/autograd.ipynb": notebook("bob"),
    }
    with find(lay(members)) as intake:
        assert [s.name for s in intake] == ["Ada Lovelace_1", "Bob Ross_2"]


def test_an_archive_made_by_hand(tmp_path: Path) -> None:
    for top in ("", "submissions/"):
        members = {f"{top}{name}.ipynb": notebook(name) for name in ("alice", "bob")}
        with find(make(tmp_path / "a.zip", members | {"__MACOSX/._alice.ipynb": b"x"})) as intake:
            assert cells(intake) == {"alice": "alice", "bob": "bob"}
        folders = {
            f"{top}alice/hw.ipynb": notebook("a"),
            f"{top}bob/hw.ipynb": notebook("b"),
            f"{top}eve/x": b"",
        }
        with find(make(tmp_path / "b.zip", folders)) as intake:
            assert list(cells(intake).items())[:2] == [("alice", "a"), ("bob", "b")]
            assert intake[2].trouble == "There is no notebook among the files that were handed in."
    with find(make(tmp_path / "c.zip", {"alice/hw.ipynb": notebook("a")})) as intake:
        assert cells(intake) == {"alice": "a"}


def test_notebooks_that_only_look_like_canvas_stay_submissions_of_their_own(tmp_path: Path) -> None:
    for name in ("hw_1_2_ann.ipynb", "hw_1_2_bob.ipynb"):
        (tmp_path / name).write_bytes(notebook(name))
    assert [s.name for s in find(tmp_path)] == ["hw_1_2_ann", "hw_1_2_bob"]


def test_a_notebook_that_was_laid_beside_a_download_is_a_submission_too(lay: LayIn) -> None:
    with find(lay({**CANVAS, "by mail.ipynb": notebook("mail")})) as intake:
        assert cells(intake)["by mail"] == "mail"
        assert len(intake) == len(CANVAS) + 1


def test_a_student_who_handed_in_a_zip(lay: LayIn) -> None:
    inner = archive(
        {"hw/autograd.ipynb": notebook("ada"), "hw/.ipynb_checkpoints/a-checkpoint.ipynb": notebook()}
    )
    members = {
        "lovelaceada_11_501_autograd.zip": inner,
        "turingalan_12_502_two.zip": archive({"a.ipynb": notebook(), "b.ipynb": notebook()}),
        "hoppergrace_13_503_none.zip": archive({"a.py": b""}),
        "nestedned_14_504_deep.zip": archive({"deep.zip": inner}),
        "brokenbob_15_505_broken.zip": inner[:-30],
        "rossbob_16_506_data.zip": b"not looked at",
        "rossbob_16_507_autograd.ipynb": notebook("bob"),
    }
    one = "The zip file that was handed in holds {}; one is expected."
    with find(lay(members)) as intake:
        assert cells(intake) == {
            "brokenbob_15": "It is not a zip file, or it is damaged.",
            "hoppergrace_13": one.format("no notebook"),
            "lovelaceada_11": "ada",
            "nestedned_14": one.format("no notebook"),
            "rossbob_16": "bob",
            "turingalan_12": one.format("2 notebooks"),
        }


def test_weights_go_with_their_notebook(lay: LayIn) -> None:
    canvas = {
        "lovelaceada_11_501_autograd.ipynb": notebook("ada"),
        "lovelaceada_11_502_weights-3.safetensors": b"old",
        "lovelaceada_11_503_weights-4.safetensors": b"ada's",
        "turingalan_12_504_autograd.ipynb": notebook("alan"),
        "turingalan_12_505_autograd.safetensors": b"alan's",
        "turingalan_12_506_weights.safetensors": b"for something else",
        "hoppergrace_13_507_hw.zip": archive(
            {"x/hw.ipynb": notebook("g"), "x/weights.safetensors": b"grace's"}
        ),
        "rossbob_14_508_hw.ipynb": notebook("bob"),
    }
    with find(lay(canvas), weights="weights.safetensors") as intake:
        beside = {s.name: s.path.with_suffix(".safetensors") for s in intake}
        found = {name: path.read_bytes() for name, path in beside.items() if path.exists()}
    assert found == {"lovelaceada_11": b"ada's", "turingalan_12": b"alan's", "hoppergrace_13": b"grace's"}


@posix
def test_what_is_unpacked_is_private_has_names_of_ours_and_is_removed(tmp_path: Path) -> None:
    with find(make(tmp_path / "c.zip", CANVAS)) as intake:
        paths = [s.path for s in intake if not s.trouble]
        folder = paths[0].parent.parent
        for path in paths:
            assert path.name == "notebook.ipynb"
            assert path.parent.parent == folder
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["c.zip"]


def test_nothing_stays_behind_when_a_later_path_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    canvas = make(tmp_path / "c.zip", CANVAS)
    with pytest.raises(UsageError, match="cannot find"):
        find(canvas, tmp_path / "nowhere")
    monkeypatch.setattr("autograder.grading.intake.units.os.fdopen", _full)
    with pytest.raises(UsageError, match=r"No space left.*TMPDIR"):
        find(canvas)
    assert list((tmp_path / "tmp").iterdir()) == []


def _full(descriptor: int, _mode: str) -> None:
    os.close(descriptor)
    raise OSError(28, "No space left on device")


@posix
def test_a_notebook_beside_weights_that_cannot_be_read_is_left_to_the_grader(tmp_path: Path) -> None:
    download = unpack(tmp_path / "download", {"evaeve_12_503_weights.safetensors": b"w"})
    (download / "evaeve_12_502_autograd.ipynb").symlink_to("/etc/passwd")
    (download / "turingalan_13_504_autograd.ipynb").write_bytes(notebook("alan"))
    (download / "turingalan_13_505_weights.safetensors").symlink_to("/etc/passwd")
    with find(download, weights="weights.safetensors") as intake:
        eve, alan = intake
        assert (eve.trouble, eve.path.is_symlink()) == ("", True)
        assert alan.trouble == "This is a link, and links are not followed."


@posix
def test_links_in_an_unpacked_download_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    unpack(secret, {"autograd.ipynb": notebook("secret"), "hw.zip": archive({"a.ipynb": notebook("secret")})})
    download = unpack(tmp_path / "download", {"lovelaceada_11_501_autograd.ipynb": notebook("ada")})
    (download / "evaeve_12_502_autograd.ipynb").symlink_to(secret / "autograd.ipynb")
    (download / "evaeve_13_503_hw.zip").symlink_to(secret / "hw.zip")
    (download / "evaeve_14_504_folder").symlink_to(secret)
    os.mkfifo(download / "evaeve_15_505_hw.zip")
    with find(download) as intake:
        found = {s.name: s for s in intake}
        assert found["evaeve_12"].path.is_symlink()  # which the grader refuses
        assert found["evaeve_13"].trouble == "This is a link, and links are not followed."
        assert found["evaeve_15"].trouble == "This is a pipe or a device, not a file."
        assert any("evaeve_14_504_folder" in note and "link" in note for note in intake.notes)
        assert cell(found["lovelaceada_11"]) == "ada"


def test_several_paths(tmp_path: Path) -> None:
    first = make(tmp_path / "first.zip", CANVAS)
    again = {
        "lovelaceada_LATE_11_601_autograd-1.ipynb": notebook("ada again"),
        "ó_neillmáire_12_77_autograd.ipynb": notebook("an old one"),
    }
    late = make(tmp_path / "late.zip", again)
    mail = unpack(tmp_path / "mail", {"grace.ipynb": notebook("grace"), "ada.ipynb": notebook("mail")})
    other = unpack(tmp_path / "other", {"grace.ipynb": notebook("grace again")})
    for paths in ((first, late, mail, other), (late, first, mail, other)):
        with find(*paths) as intake:
            found = cells(intake)
            assert (found["lovelaceada_11"], found["ó_neillmáire_12"]) == ("ada again", "maire")
            assert (found["grace"], found["ada"]) == ("grace again", "mail")
            assert len(found) == 6
    with find(other, mail) as intake:
        assert cells(intake)["grace"] == "grace"
        assert any("mail" in note and "counts, not" in note for note in intake.notes)
    ada = Roster([Member("s1", "Ada Lovelace", {"canvas": "11"}), Member("ada", "", {})])
    with find(first, mail, roster=ada) as intake:
        assert cells(intake)["s1"] == "ada"
        assert cells(intake)["ada"] == "mail"


def test_a_roster_gives_the_names_and_what_is_missing_or_unknown_is_told(lay: LayIn) -> None:
    roster = Roster(
        [
            Member("s1", "Lovelace, Ada", {}),
            Member("s2", "Máire Ó Neill", {}),
            Member("s3", "Alan Turing", {"canvas": "13"}),
            Member("s4", "Grace Hopper", {}),
        ]
    )
    with find(lay(CANVAS), roster=roster) as intake:
        assert [s.name for s in intake] == ["anon_Zx81q", "s1", "s2", "s3"]
        assert cells(intake)["s2"] == "maire"
        assert "not in the roster (1): anon_Zx81q" in intake.notes
        assert "in the roster, but handed nothing in (1): s4 (Grace Hopper)" in intake.notes


def test_a_name_that_another_has_in_the_roster_takes_nothing_from_them(tmp_path: Path) -> None:
    person = "submission_{}:\n  :submitters:\n  - :name: {}\n    :sid: {}\n    :email: {}\n"
    people = (
        ("Ada Lovelace", "s1", "ada@example.edu"),
        ("Ada Lovelace", "", "eve@example.edu"),
        ("s1", "", ""),
    )
    metadata = "".join(person.format(n, *fields) for n, fields in enumerate(people, 1)).encode()
    members = {f"submission_{n}/hw.ipynb": notebook(str(n)) for n in (1, 2, 3)}
    zipped = make(tmp_path / "g.zip", members | {"submission_metadata.yml": metadata})
    for own in ({}, {"gradescope": "ada@example.edu"}):
        with find(zipped, roster=Roster([Member("s1", "Ada Lovelace", own)])) as intake:
            assert cells(intake) == {"s1": "1", "eve@example.edu": "2", "s1 (2)": "3"}
    with find(zipped, roster=Roster([Member("a1", "Ada Lovelace", {})])) as intake:
        assert intake[0].name == "a1"
        assert intake[0].trouble == "2 accounts of the course system may be this student's."


def test_an_archive_without_notebooks_is_a_usage_error(lay: LayIn) -> None:
    with pytest.raises(UsageError, match="no notebooks to grade"):
        find(lay({"turingalan_13_text.html": b"", "readme.txt": b""}))


def test_what_is_called_zip_and_is_none_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK" * 100)
    with pytest.raises(UsageError, match="not a zip file"):
        find(tmp_path / "a.zip")
