"""A hostile archive costs its author a row, and nobody else anything."""

from __future__ import annotations

import io
import resource
import stat
import struct
import sys
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import strategies as st

from autograder.errors import UsageError
from autograder.grading.intake.archive import UnreadableFile, open_archive
from autograder.grading.submissions import find
from autograder.notebook.read import MAX_BYTES, UnreadableNotebook, read
from tests import fuzzing
from tests.grading.intake.zips import archive, cells, make, notebook

ADA = "lovelaceada_11_501_autograd.ipynb"
EVE = "evaeve_12_502_autograd.ipynb"


def info(name: str, *, mode: int = 0, system: int = 3) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system = system
    member.external_attr = mode << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def beside_ada(path: Path, *members: tuple[zipfile.ZipInfo, bytes]) -> Path:
    """A Canvas download with one honest student and what else there is."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        warnings.simplefilter("ignore")  # duplicate names are meant
        file.writestr(ADA, notebook("ada"))
        for member, data in members:
            file.writestr(member, data)
    return path


@pytest.mark.parametrize(
    ("mode", "trouble"),
    [
        (stat.S_IFLNK | 0o777, "This is a link, and links are not followed."),
        (stat.S_IFIFO | 0o666, "This is a pipe or a device, not a file."),
        (stat.S_IFCHR | 0o666, "This is a pipe or a device, not a file."),
        (stat.S_IFDIR | 0o777, "This is a folder, not a file."),
    ],
)
@pytest.mark.parametrize("system", [0, 3])
def test_what_is_no_regular_file_is_a_row_with_a_sentence(
    tmp_path: Path, mode: int, trouble: str, system: int
) -> None:
    path = beside_ada(tmp_path / "c.zip", (info(EVE, mode=mode, system=system), b"/etc/passwd"))
    with find(path) as intake:
        assert cells(intake) == {"evaeve_12": trouble, "lovelaceada_11": "ada"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/cron.d/x.ipynb", "absolute"),
        ("C:/x.ipynb", "absolute"),
        ("../../x.ipynb", "elsewhere"),
        ("a/../../x.ipynb", "elsewhere"),
        ("a//x.ipynb", "elsewhere"),
        ("./x.ipynb", "elsewhere"),
        ("..\\..\\x.ipynb", "backslash"),
        ("\\\\server\\share\\x.ipynb", "backslash"),
        ("x\0.ipynb", "null byte"),
        ("\0x.ipynb", "null byte"),
    ],
)
def test_a_name_that_leads_out_of_the_archive_is_told_and_not_looked_at(
    tmp_path: Path, name: str, reason: str
) -> None:
    member = info("placeholder")
    member.filename = member.orig_filename = name
    with find(beside_ada(tmp_path / "c.zip", (member, notebook("eve")))) as intake:
        assert cells(intake) == {"lovelaceada_11": "ada"}
        (note,) = (note for note in intake.notes if "not looked at" in note)
        assert reason in note
        assert note.isprintable()


def test_many_such_names_are_told_in_few_lines(tmp_path: Path) -> None:
    many = [(info(f"../{number}.ipynb"), b"") for number in range(500)]
    with find(beside_ada(tmp_path / "c.zip", *many)) as intake:
        assert len(intake.notes) < 30
        assert any("480 more" in note for note in intake.notes)


def test_two_members_of_one_name_are_a_row_with_a_sentence(tmp_path: Path) -> None:
    path = beside_ada(tmp_path / "c.zip", (info(EVE), notebook("one")), (info(EVE), notebook("two")))
    with find(path) as intake:
        assert cells(intake)["lovelaceada_11"] == "ada"
        assert intake[0].name == "evaeve_12"
        assert "2 notebooks" in intake[0].trouble or "several files of this name" in intake[0].trouble


def test_names_that_differ_in_case_are_submissions_of_their_own(tmp_path: Path) -> None:
    names = ("alice.ipynb", "Alice.ipynb", "ALICE.ipynb")
    with find(make(tmp_path / "a.zip", {name: notebook(name) for name in names})) as intake:
        assert cells(intake) == {name[:-6]: name for name in names}
        assert len({s.file_name.casefold() for s in intake}) == 3


def patched(data: bytes, name: str, change: Callable[[bytearray, int], None]) -> bytes:
    """A zip with changes in the table of contents: ``change`` gets the place of the entry of ``name``."""
    out = bytearray(data)
    change(out, out.index(b"PK\x01\x02", out.rindex(name.encode()) - 46 - len(name)))
    return bytes(out)


def field(offset: int, form: str, value: int) -> Callable[[bytearray, int], None]:
    return lambda data, at: struct.pack_into(form, data, at + offset, value)


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (field(8, "<H", 1), "The file is encrypted."),
        (field(10, "<H", 14), "The file is compressed in a way that is not supported; use an ordinary zip."),
        (field(10, "<H", 99), "The file is compressed in a way that is not supported; use an ordinary zip."),
        (field(24, "<I", 5), "It is not a zip file, or it is damaged."),  # it says to be smaller than it is
        (field(16, "<I", 7), "It is not a zip file, or it is damaged."),  # check sum
        (field(42, "<I", 2**31), "It is not a zip file, or it is damaged."),  # where it lies
        (field(42, "<I", 1), "It is not a zip file, or it is damaged."),
    ],
)
def test_a_member_that_lies_is_a_row_with_a_sentence(
    tmp_path: Path, change: Callable[[bytearray, int], None], trouble: str
) -> None:
    data = archive({ADA: notebook("ada"), EVE: notebook("eve")})
    (tmp_path / "c.zip").write_bytes(patched(data, EVE, change))
    with find(tmp_path / "c.zip") as intake:
        assert cells(intake) == {"evaeve_12": trouble, "lovelaceada_11": "ada"}


@pytest.mark.parametrize("claims", [None, 100 * MAX_BYTES])
def test_a_notebook_that_is_too_large_is_what_it_is_in_a_folder(tmp_path: Path, claims: int | None) -> None:
    """No more of it is unpacked than shows that it is too large, and the grader says the same of it."""
    data = archive({ADA: notebook("ada"), EVE: b" " * (MAX_BYTES + 2**16)})
    assert len(data) < 2**20
    if claims:
        data = patched(data, EVE, field(24, "<I", claims))
    (tmp_path / "c.zip").write_bytes(data)
    with find(tmp_path / "c.zip") as intake:
        (large,) = (s for s in intake if s.name == "evaeve_12")
        assert large.path.stat().st_size == MAX_BYTES + 1
        with pytest.raises(UnreadableNotebook, match="larger than 32 MiB"):
            read(large.path)


def test_an_archive_that_unpacks_to_very_much_costs_the_rows_that_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.grading.intake.archive.FREE", 3 * 2**20)
    bombs = {f"evaeve_{n}_{n}_a.ipynb": b" " * 2**20 for n in range(100, 120)}
    with find(make(tmp_path / "c.zip", bombs)) as intake:
        troubles = [s.trouble for s in intake if s.trouble]
    assert set(troubles) == {"The archive unpacks to more than 100 times its size."}
    assert 10 <= len(troubles) <= 17


def test_a_zip_in_the_zip_is_opened_by_the_same_rules(tmp_path: Path) -> None:
    link, astray = info("a.ipynb", mode=stat.S_IFLNK | 0o777), info("../../a.ipynb")
    inner = {name: io.BytesIO() for name in ("link", "astray", "bomb")}
    for name, member, data in (("link", link, b"/etc/passwd"), ("astray", astray, notebook())):
        with zipfile.ZipFile(inner[name], "w") as file:
            file.writestr(member, data)
    with zipfile.ZipFile(inner["bomb"], "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.ipynb", b" " * (MAX_BYTES + 2**16))
    members = {f"{n}_{i}_{i}_a.zip": b.getvalue() for i, (n, b) in enumerate(inner.items(), 1)}
    with find(make(tmp_path / "c.zip", members)) as intake:
        found = {s.name: s for s in intake}
        assert found["link_1"].trouble == "This is a link, and links are not followed."
        assert "holds no notebook" in found["astray_2"].trouble
        assert found["bomb_3"].path.stat().st_size == MAX_BYTES + 1


def test_a_zip_that_itself_is_too_large_or_has_too_many_members_is_a_row(tmp_path: Path) -> None:
    entries = b"PK\x01\x02" + bytes(42)
    many = 200_000 * entries + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 65535, 65535, 200_000 * 46, 0, 0)
    members = {"a_1_1_many.zip": many, "b_2_2_large.zip": bytes(65 * 2**20)}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with find(make(tmp_path / "c.zip", members)) as intake:
        assert [s.trouble for s in intake] == [
            "The zip file has more than 10,000 members.",
            "The zip file is larger than 64 MiB.",
        ]
    assert time.process_time() - started < 10
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown / (1024 if sys.platform != "darwin" else 2**20) < 400


def test_names_in_utf_8_that_the_archive_does_not_declare(tmp_path: Path) -> None:
    data = archive({"José Ñandú_2002_assignsubmission_file_/a.ipynb": notebook("jose")})
    plain = bytearray(data)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", plain, plain.index(sign) + offset, 0)
    (tmp_path / "m.zip").write_bytes(plain)
    with find(tmp_path / "m.zip") as intake:
        assert cells(intake) == {"José Ñandú_2002": "jose"}


def test_names_of_students_are_neutralised(tmp_path: Path) -> None:
    strange = {
        f"{name}_{number}_assignsubmission_file_/a.ipynb": notebook(str(number))
        for number, name in enumerate(
            ("\x1b[31mred", "line\nbreak", "\u202egnp", "::error::x", "=1+1", "x" * 300)
        )
    }
    with find(make(tmp_path / "m.zip", strange)) as intake:
        assert len(intake) == len(strange)
        for submission in intake:
            assert submission.name.isprintable()
            assert not set(submission.file_name) & set("/\\:*?\"<>|%'=\n\r\x1b")


SOUND = archive({ADA: notebook("ada"), EVE: notebook("eve"), "b/é.ipynb": b"x" * 99, "c/": b""})


def opened(damage: list[tuple[str, int, bytes]]) -> None:
    data = fuzzing.damaged(SOUND, damage)
    try:
        with open_archive(data) as found:
            for file in found.files:
                try:
                    assert len(file.read(1000)) <= 1000
                except UnreadableFile:
                    continue
    except UnreadableFile:
        return


def test_a_damaged_archive_is_read_or_refused() -> None:
    fuzzing.run(opened, cases=200, damage=fuzzing.damages)


@pytest.mark.slow
def test_many_damaged_archives_are_read_or_refused() -> None:
    fuzzing.run(opened, cases=5_000, damage=fuzzing.damages)


def on_disk(folder: Path) -> Callable[[list[tuple[str, int, bytes]]], None]:
    path = folder / "c.zip"

    def body(damage: list[tuple[str, int, bytes]]) -> None:
        path.write_bytes(fuzzing.damaged(SOUND, damage))
        try:
            with find(path) as intake:
                assert len(intake) >= 1
        except UsageError:
            return

    return body


def test_a_damaged_download_gives_rows_or_a_sentence(tmp_path: Path) -> None:
    fuzzing.run(on_disk(tmp_path), cases=100, damage=fuzzing.damages)


def nested(entry: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("a.ipynb", b"x")
    with open_archive(buffer.getvalue() + entry) as found:
        assert [file.name for file in found.files] == ["a.ipynb"]


def test_what_follows_the_archive_does_not_hide_it() -> None:
    fuzzing.run(nested, cases=20, entry=st.just(b"") | st.binary(max_size=8).map(lambda b: b"\0" * len(b)))
