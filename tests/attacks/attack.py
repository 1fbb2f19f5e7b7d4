"""The corpus: one attack a file, in percent format with a header of its own.

    # does: one line
    # expect: fail assertion | error died     verdict and code of the attacked question, one of these
    # stopped by: restricted                  the weakest strategy that stops it; "nobody" if none does
    # needs: root                             an ordinary user may not do it anyway, under no strategy
    # attacks: 1                              the question (3, "something is stolen", if not given)
    # never on: none                          where it would do harm to the machine, or depends on its speed
    # link: canary                            hand in a symbolic link to that file of the world instead
    # metadata: {...}                         of the notebook

``# %%`` begins a cell, ``# %% {...}`` one with metadata, ``# %% file NAME`` a file beside the notebook.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from autograder.isolation.strategies import NAMES

CORPUS = Path(__file__).parent / "corpus"
HONESTLY = Path(__file__).parent / "honest"
"""Honest notebooks just under the limits, in the same format; ``never on``: strategies that allow less."""

_KEYS = {"does", "expect", "stopped by", "needs", "attacks", "never on", "link", "metadata"}

# The attacker knows the machine: where everything lies, and which process to aim at.
_PRELUDE = """
from types import SimpleNamespace
world = SimpleNamespace(**{world!r})
stolen = []

def attempt(f, *args, **kwargs):
    try:
        stolen.append(f(*args, **kwargs))
    except BaseException as error:
        stolen.append(repr(error))
"""
HONEST = (
    "def double(x):\n    return 2 * x",
    "import numpy as np\n\ndef average(x):\n    return np.asarray(x).sum() / np.asarray(x).size",
)
_LOOT = "def loot():\n    return str(stolen)[:100_000]"


@dataclass(frozen=True, kw_only=True)
class Attack:
    """One file of the corpus."""

    name: str
    does: str
    expect: frozenset[str]
    stopped_by: str
    needs_root: bool = False
    attacks: str = "3"
    never_on: tuple[str, ...] = ()
    link: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    cells: tuple[tuple[str, dict[str, Any]], ...]
    files: dict[str, str]

    def stopped_on(self, strategy: str) -> bool:
        """Whether that strategy, or the system, is said to stop it."""
        if self.needs_root and os.geteuid() != 0:
            return True
        return self.stopped_by != "nobody" and NAMES.index(strategy) >= NAMES.index(self.stopped_by)

    def hand_in(self, folder: Path, world: dict[str, Any]) -> Path:
        """Write it as a submission to ``folder``; the path of its notebook."""
        folder.mkdir(parents=True)
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text.format_map(_Kept(world)), "utf-8")
        path = folder / f"{self.name}.ipynb"
        if self.link:
            path.symlink_to(world[self.link])
            return path
        cells = [(_PRELUDE.replace("{world!r}", repr(world)), {}), *((cell, {}) for cell in HONEST)]
        cells += [(_LOOT, {}), *self.cells]
        write_notebook(path, cells, self.metadata)
        return path


class _Kept(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def write_notebook(
    path: Path, cells: list[tuple[str, dict[str, Any]]], metadata: dict[str, Any] | None = None
) -> None:
    notebook = nbformat.v4.new_notebook(
        metadata=metadata or {},
        cells=[
            nbformat.v4.new_code_cell(source, id=f"c{number}", metadata=extra)
            for number, (source, extra) in enumerate(cells)
        ],
    )
    path.write_text(nbformat.writes(notebook), "utf-8")


@cache
def corpus(folder: Path = CORPUS) -> tuple[Attack, ...]:
    """All attacks, by name."""
    return tuple(read(path) for path in sorted(folder.glob("*.py")))


def read(path: Path) -> Attack:
    text = path.read_text("utf-8")
    head, *parts = re.split(r"^# %%", text, flags=re.MULTILINE)
    header = {}
    for line in head.splitlines():
        if line.strip():
            found = re.fullmatch(r"# ([a-z ]+): (.+)", line)
            assert found is not None, f"{path.name}: not a line of a header: {line}"
            assert found[1] in _KEYS, f"{path.name}: unknown key {found[1]}"
            header[found[1]] = found[2].strip()
    cells, files = [], {}
    for part in parts:
        title, _, body = part.partition("\n")
        if title.startswith(" file "):
            files[title.removeprefix(" file ").strip()] = body.strip() + "\n"
        else:
            cells.append((body.strip(), json.loads(title) if title.strip() else {}))
    assert header["stopped by"] in (*NAMES, "nobody"), path.name
    return Attack(
        name=path.stem,
        does=header["does"],
        expect=frozenset(part.strip() for part in header["expect"].split("|")),
        stopped_by=header["stopped by"],
        needs_root=header.get("needs", "") == "root",
        attacks=header.get("attacks", "3"),
        never_on=tuple(header.get("never on", "").split()),
        link=header.get("link", ""),
        metadata=json.loads(header.get("metadata", "{}")),
        cells=tuple(cells),
        files=files,
    )
