"""The ``autograder`` command.

Exit codes: 0, everything asked for was done (whatever the scores); 1, ``release --check`` found a difference
or ``verify`` a slip; 2, a usage error; 3, something could not be judged; 130, interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course import Assignment, Course
from autograder.errors import UsageError
from autograder.reports.text import clean, inert, one_line

if TYPE_CHECKING:
    from autograder.verdict import Json

OK, DIFFERENT, USAGE, NOT_JUDGED, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    _print_anything()
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except UsageError as error:
        print(inert(f"autograder: {clean(error)}"), file=sys.stderr)
        return USAGE
    except OSError as error:
        print(inert(f"autograder: the grader could not do its work: {clean(error)}"), file=sys.stderr)
        return NOT_JUDGED
    except sqlite3.Error as error:
        print(
            f"autograder: the gradebook could not be written, and grading stopped: {error}", file=sys.stderr
        )
        return NOT_JUDGED
    except KeyboardInterrupt:
        print("autograder: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the last frame: a bug is shown in full and has its own exit code
        traceback.print_exc()
        print("autograder: this is a fault of autograder itself; please report it", file=sys.stderr)
        return NOT_JUDGED


def _print_anything() -> None:
    """A terminal that cannot show a character must not stop a batch."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _say(line: str) -> None:
    """Print a line if there still is somebody to read it: all work is done and stored by now."""
    try:
        print(inert(line), flush=True)
    except OSError:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - or Python complains at its end
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder", description="Grade notebooks, make student notebooks, look at grades."
    )
    parser.add_argument("--version", action="version", version=f"autograder {_version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    grade = commands.add_parser("grade", help="grade a folder of submissions")
    grade.add_argument(
        "path", type=Path, metavar="PATH", help="folder of notebooks, or of one folder a student"
    )
    grade.add_argument("--assignment", required=True, metavar="NAME", help="folder name under assignments/")
    grade.add_argument("--out", required=True, type=Path, metavar="DIR", help="where results are written")
    grade.add_argument("--hidden", action="store_true", help="run the hidden tests too")
    grade.add_argument(
        "--jobs", type=_jobs, metavar="N", help="submissions at a time (default: one per processor)"
    )
    grade.add_argument(
        "--regrade",
        action="store_true",
        help="grade also what was graded before, show what would move, and change no grade",
    )
    grade.add_argument("--take", action="store_true", help="let the outcome of the last --regrade count")
    _add_course(grade)
    grade.set_defaults(run=_grade)

    release = commands.add_parser("release", help="make student notebooks from the reference")
    release.add_argument("names", nargs="*", metavar="NAME", help="folder name under assignments/")
    release.add_argument("--all", action="store_true", help="all assignments that have a reference")
    release.add_argument("--check", action="store_true", help="write nothing; exit 1 if a notebook differs")
    _add_course(release)
    release.set_defaults(run=_release)

    verify = commands.add_parser("verify", help="grade solutions whose grade is known, and count the slips")
    verify.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="folder name under assignments/ (default: all with a reference)",
    )
    verify.add_argument(
        "--jobs", type=_jobs, metavar="N", help="notebooks at a time (default: one per processor)"
    )
    verify.add_argument("--json", metavar="FILE", help="write the result as JSON; '-': to standard output")
    verify.add_argument(
        "--each", action="store_true", help="judge each wrong solution in a notebook of its own"
    )
    verify.add_argument("--generate", action="store_true", help="grade mutants of the reference instead")
    verify.add_argument(
        "--limit", type=_jobs, metavar="N", help="with --generate: grade a sample of N mutants"
    )
    verify.add_argument("--seed", type=int, default=0, metavar="N", help="of that sample (default: 0)")
    verify.add_argument(
        "--at-least",
        type=_share,
        default=0.97,
        metavar="SHARE",
        help="with --generate: exit 1 if fewer of them are killed (default: 0.97)",
    )
    _add_course(verify)
    verify.set_defaults(run=_verify)

    show = commands.add_parser("show", help="show the last grade of one submission")
    show.add_argument("gradebook", type=Path, metavar="GRADEBOOK", help="file or folder that 'grade' wrote")
    show.add_argument("submission", metavar="SUBMISSION", help="name of a submission")
    show.add_argument("--student", action="store_true", help="only what the student may see of it")
    show.add_argument("--history", action="store_true", help="list all attempts with their numbers")
    show.set_defaults(run=_show)

    replay = commands.add_parser("replay", help="grade again what one attempt graded, and compare")
    replay.add_argument("gradebook", type=Path, metavar="GRADEBOOK", help="file or folder that 'grade' wrote")
    replay.add_argument("attempt", type=_jobs, metavar="ATTEMPT", help="number, as 'show --history' gives it")
    _add_course(replay)
    replay.set_defaults(run=_replay)
    return parser


def _add_course(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--course",
        type=Path,
        metavar="DIR",
        help="folder with assignments/ (default: found from here upwards)",
    )


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a number of at least 1: {text!r}")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1: {text!r}")
    return share


def _version() -> str:
    try:
        return metadata.version("autograder")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _course(given: Path | None) -> Course:
    if given is not None:
        if not (given / "assignments").is_dir():
            raise UsageError(f"there is no folder 'assignments' in the course: {given}")
        return Course(root=given.resolve())
    course = Course.find(Path.cwd())
    if course is None:
        raise UsageError(
            "there is no course (a folder with assignments/) here or above; name one with --course"
        )
    return course


def _with_reference(course: Course, names: Sequence[str]) -> list[Assignment]:
    """The assignments of these names; without names, all that have a reference."""
    if names:
        return [course.assignment(name) for name in names]
    return [assignment for assignment in course.assignments() if assignment.reference_source.is_file()]


def _grade(options: argparse.Namespace) -> int:
    from autograder.batch import Batch
    from autograder.grading.run import What
    from autograder.grading.submissions import find
    from autograder.reports import moves
    from autograder.reports.progress import progress

    if options.regrade and options.take:
        raise UsageError("use --regrade first, look at what would move, then --take")
    assignment = _course(options.course).assignment(options.assignment)
    What(hidden=options.hidden).check([assignment])
    submissions = find(options.path)
    if hasattr(signal, "SIGTERM"):
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # a batch ended by a scheduler keeps what is done
    with (
        Batch(assignment, options.out, hidden=options.hidden) as batch,
        progress(len(submissions)) as report,
    ):
        if options.take:
            taken = batch.take(submissions)
        finished = batch.grade(submissions, jobs=options.jobs, report=report, regrade=options.regrade)
        moved = batch.moves()
    for line in batch.summary():
        _say(line)
    if options.take:
        _say(f"taken: {taken} outcomes of the last --regrade")
    if options.regrade:
        _say("")
        for line in moves.lines(moved, len(submissions)):
            _say(line)
        _say("No grade has changed. To let them count: the same command with --take instead of --regrade")
    if not finished:
        print("autograder: interrupted; what is done has been kept", file=sys.stderr)
        return INTERRUPTED
    return NOT_JUDGED if batch.not_judged else OK


def _release(options: argparse.Namespace) -> int:
    course = _course(options.course)
    if bool(options.names) == options.all:
        raise UsageError("name the assignments to release, or use --all")
    assignments = _with_reference(course, options.names)
    different = [assignment for assignment in assignments if _release_one(assignment, check=options.check)]
    return DIFFERENT if options.check and different else OK


def _release_one(assignment: Assignment, *, check: bool) -> bool:
    """Write a student notebook, or only compare it; returns whether it differed."""
    from autograder.notebook.release import release
    from autograder.reports.json_file import write_text

    text = release(assignment)
    path = assignment.notebook_path
    differs = not path.is_file() or path.read_bytes() != text.encode()
    if not differs:
        print(f"up to date: {path}")
    elif check:
        print(f"differs from its reference (run 'autograder release {assignment.name}'): {path}")
    else:
        write_text(path, text)
        print(f"written: {path}")
    return differs


def _verify(options: argparse.Namespace) -> int:
    from autograder.verify import report
    from autograder.verify.verification import verify

    assignments = _with_reference(_course(options.course), options.names)
    # with '--json -' the JSON has standard output for itself
    with redirect_stdout(sys.stderr if options.json == "-" else sys.stdout):
        if options.generate:
            return _generate(options, assignments)
        found = [verify(assignment, jobs=options.jobs, each=options.each) for assignment in assignments]
        print("\n".join(report.text(found)))
    _write_json(options.json, report.to_json(found))
    if report.unjudged(found):
        return NOT_JUDGED
    return DIFFERENT if any(verification.slips for verification in found) else OK


def _generate(options: argparse.Namespace, assignments: Sequence[Assignment]) -> int:
    from autograder.verify.generate import generate

    found = [
        generate(assignment, jobs=options.jobs, limit=options.limit, seed=options.seed)
        for assignment in assignments
    ]
    for generated in found:
        print("\n".join(generated.text()))
    _write_json(options.json, {"version": 1, "assignments": [generated.to_json() for generated in found]})
    if any(generated.not_judged for generated in found):
        return NOT_JUDGED
    return DIFFERENT if any(generated.rate < options.at_least for generated in found) else OK


def _write_json(path: str | None, data: Json) -> None:
    """Write data where ``--json`` says, if it does."""
    if path is None:
        return
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    if path == "-":
        print(text, end="", file=sys.__stdout__)
    else:
        from autograder.reports.json_file import write_text

        write_text(Path(path), text)


def _show(options: argparse.Namespace) -> int:
    from autograder.grading.gradebook import Gradebook
    from autograder.reports.terminal import Line, render, score, to_text

    with Gradebook(_gradebook_path(options.gradebook)) as gradebook:
        name = options.submission
        entries = gradebook.latest(name) or gradebook.latest(name.removesuffix(".ipynb"))
        if not entries:
            known = gradebook.submissions()
            some = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
            raise UsageError(f"there is no submission of that name (there are: {some or 'none'}): {name}")
        attempts = gradebook.attempts(entries[0].result.submission)
    if options.history:
        for number, entry in attempts:
            facts = (entry.started_at, entry.result.assignment, score(entry.result), entry.result.isolation)
            waits = "" if entry.taken else "  waits to be taken"
            print(f"{number:>6}  {'  '.join(map(one_line, facts))}{waits}")
        return OK
    for entry in entries:
        lines = render(entry.result.for_student() if options.student else entry.result)
        if entry.trouble and not options.student:
            lines.append(Line(one_line(entry.trouble, limit=600)))
        print(to_text(lines, color=sys.stdout.isatty()), end="")
    return OK


def _gradebook_path(given: Path) -> Path:
    return given / "gradebook.db" if given.is_dir() else given


def _replay(options: argparse.Namespace) -> int:
    from autograder.grading.gradebook import Gradebook
    from autograder.replay import replay
    from autograder.reports import moves

    path = _gradebook_path(options.gradebook)
    with Gradebook(path) as gradebook:
        entry = gradebook.attempt(options.attempt)
    if entry is None:
        raise UsageError(f"there is no attempt of that number in {path}: {options.attempt}")
    found = replay(_course(options.course).assignment(entry.result.assignment), path.parent, entry)
    for sentence in found.circumstances:
        print(sentence)
    if found.same:
        print("The grade is the same, to the byte.")
        return OK
    print("\n".join(moves.lines([found.move] if found.move else [], 1)))
    if not found.move:
        print("Verdicts and points are the same; what is said about them is not.")
    return NOT_JUDGED if found.attempt.result.inconclusive else DIFFERENT


if __name__ == "__main__":
    sys.exit(main())
