"""Every attack against every strategy: ``python -m tests.attacks [NAME ...] [--on STRATEGY]``.

Prints what goes against expectation when it does, and a table at the end with the same lines below it, so
that the last lines of a log tell; the exit code is 1 if anything did.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NoReturn

from autograder.isolation import fence
from autograder.isolation.strategies import NAMES
from tests.attacks.arena import Trial, available, try_all
from tests.attacks.attack import Attack, corpus

_ROOT = Path(__file__).resolve().parents[2]
_CELLS = {
    "stopped": "stopped",
    "NOT stopped (expected)": "not stopped",
    "NOT STOPPED": "NOT STOPPED",
    "stopped, AGAINST EXPECTATION": "STOPPED?",
    "TROUBLE": "TROUBLE",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument("names", nargs="*", help="beginnings of names; all attacks if not given")
    parser.add_argument("--on", action="append", choices=NAMES, metavar="STRATEGY", help="may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="strategies side by side")
    parser.add_argument("--verbose", action="store_true", help="say what each attack has achieved")
    parser.add_argument("--user", type=int, metavar="UID", help="as this user; needs root")
    options = parser.parse_args()
    if options.user is not None and os.geteuid() == 0:
        become(options.user)
    strategies = options.on or available()
    attacks = [a for a in corpus() if not options.names or a.name.startswith(tuple(options.names))]
    started = time.monotonic()
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        tried = {name: pool.submit(try_all, name, attacks, verbose=options.verbose) for name in strategies}
        columns = {name: future.result() for name, future in tried.items()}
    trials = [trial for column in columns.values() for trial in column.values()]
    bad = [trial.report() for trial in trials if not trial.as_expected]
    print(table(attacks, columns), *bad, sep="\n")
    print(
        f"{len(attacks)} attacks, {len(trials)} trials as {'root' if os.geteuid() == 0 else 'a user'} "
        f"in {time.monotonic() - started:.0f} s: {len(bad)} against expectation"
    )
    return int(bool(bad))


def become(uid: int) -> NoReturn:
    """Begin anew as another user, who can reach the interpreter and these sources wherever they lie."""
    needed = {path for path in fence.contained().readable if Path(path).is_dir()} | {str(_ROOT)}
    program = [sys.executable, "-P", str(_ROOT / "tests" / "isolation" / "as_user.py"), str(uid)]
    again = [sys.executable, "-m", "tests.attacks", *sys.argv[1:]]
    os.execv(sys.executable, [*program, *sorted(needed), "--", *again])


def table(attacks: list[Attack], columns: dict[str, dict[str, Trial]]) -> str:
    width = max(len(attack.name) for attack in attacks) + 2
    lines = ["attack".ljust(width) + "".join(name.ljust(13) for name in columns)]
    for attack in attacks:
        cells = [
            _CELLS[column[attack.name].verdict] if attack.name in column else "not tried"
            for column in columns.values()
        ]
        lines.append((attack.name.ljust(width) + "".join(cell.ljust(13) for cell in cells)).rstrip())
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
