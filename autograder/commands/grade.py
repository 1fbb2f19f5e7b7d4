"""``autograder grade``: a folder of submissions."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.cluster import add_cluster, engine
from autograder.commands.common import (
    INTERRUPTED,
    NOT_JUDGED,
    OK,
    add_course,
    add_override,
    add_roster,
    course,
    positive,
    say,
    tell,
)
from autograder.errors import UsageError
from autograder.isolation.strategies import NAMES

if TYPE_CHECKING:
    from autograder.reports.events import Events


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="folder of notebooks, or of one folder a student, or a zip from Canvas, Moodle or Gradescope",
    )
    parser.add_argument("--assignment", required=True, metavar="NAME", help="folder name under assignments/")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where results are written")
    add_roster(parser)
    when = parser.add_mutually_exclusive_group()
    when.add_argument(
        "--handed-in",
        type=Path,
        metavar="FILE",
        help="CSV file with the columns id and handed_in: when it was handed in",
    )
    when.add_argument(
        "--file-times",
        action="store_true",
        help="take the times of the files in the folder for that; copying may have changed them",
    )
    parser.add_argument("--hidden", action="store_true", help="run the hidden tests too")
    parser.add_argument(
        "--jobs", type=positive, metavar="N", help="submissions at a time (default: one per processor)"
    )
    parser.add_argument(
        "--regrade",
        action="store_true",
        help="grade also what was graded before, show what would move, and change no grade",
    )
    parser.add_argument("--take", action="store_true", help="let the outcome of the last --regrade count")
    parser.add_argument(
        "--isolation",
        choices=("auto", *NAMES),
        default="auto",
        help="how notebooks are locked in (default: auto, the strongest that 'autograder doctor' finds)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a line, and all else on standard error",
    )
    add_override(parser)
    add_course(parser)
    add_cluster(parser)


def run(options: argparse.Namespace) -> int:
    """Grade."""
    from autograder.reports.events import stdout_for_events

    with stdout_for_events() if options.json else nullcontext() as events:
        return _grade(options, events)


def _grade(options: argparse.Namespace, events: Events | None) -> int:
    from autograder.batch import Batch
    from autograder.doctor.choice import choose
    from autograder.grading.intake.roster import read_roster
    from autograder.grading.intake.times import read_times
    from autograder.grading.run import What
    from autograder.grading.submissions import find
    from autograder.reports import moves
    from autograder.reports.progress import progress
    from autograder.student.workplace import remove_left_behind

    if options.regrade and options.take:
        raise UsageError("use --regrade first, look at what would move, then --take")
    taught = course(options.course)
    assignment = taught.assignment(options.assignment)
    What(hidden=options.hidden).check([assignment])
    roster = read_roster(options.roster) if options.roster else None
    policy = taught.policy()
    rules = policy.rules(assignment.deadline, assignment.directory / "assignment.toml")
    zone = rules.due.zone if rules.due else policy.zone(assignment.deadline)
    times = read_times(options.handed_in, zone) if options.handed_in else None
    if hasattr(signal, "SIGTERM"):
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # a batch ended by a scheduler keeps what is done
    remove_left_behind()
    intake = find(
        *options.paths,
        roster=roster,
        weights=assignment.weights,
        times=times,
        file_times=options.file_times,
    )
    with intake as submissions, engine(options, assignment, len(submissions)) as place:
        handed_in = [path.absolute() for path in (*options.paths, *submissions.unpacked)]
        secrets = (taught.root / "reference", options.out.absolute(), *handed_in)
        choice = choose(
            options.isolation,
            partial(place.probe, hidden=secrets),
            hidden=options.hidden,
            allow=options.allow_unsandboxed_grading,
        )
        with (
            Batch(
                assignment,
                options.out,
                hidden=options.hidden,
                isolation=choice,
                secrets=secrets,
                tell=tell,
            ) as batch,
            nullcontext(events.submission) if events else progress(len(submissions)) as report,
        ):
            say(choice.line)
            if events:
                facts = {"isolation": choice.label, "hidden": options.hidden}
                events.begin(assignment=assignment.name, total=len(submissions), **facts)
            if options.take:
                taken = batch.take(submissions)
            finished = batch.grade(submissions, engine=place, report=report, regrade=options.regrade)
            moved = batch.moves(submissions)
    if rules.due and rules.late and batch.undated:
        submissions.notes.append(
            f"nobody knows when {batch.undated} of them were handed in, so none of these is late; "
            "say it with --handed-in FILE or --file-times"
        )
    for line in [*batch.summary(), *submissions.notes]:
        say(line)
    if options.take:
        say(f"taken: {taken} outcomes of the last --regrade")
    if options.regrade:
        for line in ["", *moves.lines(moved, len(submissions))]:
            say(line)
        say("No grade has changed. To let them count: the same command with --take instead of --regrade")
    if events:
        events.end(
            finished=finished,
            known=batch.known,
            not_judged=batch.not_judged,
            moves=[move.to_json() for move in moved] if options.regrade else [],
        )
    if not finished:
        print("autograder: interrupted; what is done has been kept", file=sys.stderr)
        return INTERRUPTED
    return NOT_JUDGED if batch.not_judged else OK
