"""Compare the grades that a batch wrote with those that the sample class must get.

    python tests/class/compare.py build/grade/results tests/class/01_autograd

Beside each ``NAME.ipynb`` stands ``NAME.expected.json`` with verdict and points of each question. Prints
every difference; exits 1 if there is one.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def differences(results: Path, sample: Path) -> list[str]:
    """One sentence for each submission that did not get what it must get."""
    found = []
    for notebook in sorted(sample.glob("*.ipynb")):
        result, expected = results / f"{notebook.stem}.json", sample / f"{notebook.stem}.expected.json"
        missing = [path for path in (result, expected) if not path.is_file()]
        if missing:
            found.append(f"{notebook.stem}: there is no {missing[0]}")
            continue
        (assignment,) = json.loads(result.read_text(encoding="utf-8"))["assignments"]
        got = {
            question["id"]: [question["verdict"], question["points"]] for question in assignment["questions"]
        }
        wanted = json.loads(expected.read_text(encoding="utf-8"))["questions"]
        found += [
            f"{notebook.stem}: {id} got {got.get(id, 'nothing')}, expected {wanted.get(id, 'nothing')}"
            for id in dict.fromkeys([*wanted, *got])
            if got.get(id) != wanted.get(id)
        ]
    return found


def main(results: str, sample: str) -> int:
    """Print what differs."""
    number = len(list(Path(sample).glob("*.ipynb")))
    found = differences(Path(results), Path(sample)) if number else [f"there are no notebooks in {sample}"]
    print("\n".join(found) or f"all {number} submissions got the expected grades")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
