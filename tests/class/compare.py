"""Compare the grades of the sample class with the scores that it must get.

    python tests/class/compare.py build/grade/results tests/class/01_autograd

Beside each ``NAME.ipynb`` stands ``NAME.expected.json`` (see ``make.py``) with the verdict and the points of
each question. Prints every difference; exits 1 if there is one.
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
        got = {q["id"]: [q["verdict"], q["points"]] for q in assignment["questions"]}
        wanted = json.loads(expected.read_text(encoding="utf-8"))["questions"]
        found += [
            f"{notebook.stem}: {id} got {got.get(id, 'no verdict')}, expected {wanted.get(id, 'no question')}"
            for id in sorted(got.keys() | wanted.keys())
            if id not in got or id not in wanted or got[id] != wanted[id]
        ]
    return found


def main(results: str, sample: str) -> int:
    """Print what differs."""
    number = len(list(Path(sample).glob("*.ipynb")))
    found = differences(Path(results), Path(sample)) if number else [f"there are no notebooks in {sample}"]
    print("\n".join(found) or f"all {number} submissions got the expected points")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
