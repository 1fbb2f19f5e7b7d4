"""The pytest plugin: hooks and the ``student`` fixture, nothing else.

Imports here are cheap: every ``pytest`` run of the environment loads this file.
"""

from __future__ import annotations

import dataclasses
import functools
import signal
import threading
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.course import Course, question_of, question_order
from autograder.ledger import RECORD, RUN, Ledger

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.grading.tested import StudentUnderTest
    from autograder.notebook.weights import Weights
    from autograder.student import StudentProcess

_LETTERS = {"pass": "✓", "fail": "✗", "error": "!", "inconclusive": "?", "skipped": "–", "not attempted": "·"}
_COLOURS = {"fail": {"red": True}, "error": {"red": True}, "inconclusive": {"yellow": True}}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("autograder", "grading notebooks")
    group.addoption(
        "--submission",
        metavar="FILE",
        help="grade this notebook, not the one in the folder",
    )
    group.addoption(
        "--solutions", action="store_true", help="grade the reference instead of the student notebook"
    )
    group.addoption("--hidden", action="store_true", help="run the hidden tests too")
    group.addoption("--grade-json", metavar="FILE", help="write the grades as JSON")
    group.addoption("--explain", metavar="CODE", help="say more about a verdict, and run nothing")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from autograder import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Explain a verdict, or keep pytest from reading settings that lie beside a submission.

    pytest looks for its configuration beside every argument that is an existing path, before any plugin can
    say that one of them belongs to an option. Joined to its option by ``=``, the path is not looked at.
    """
    if (code := config.getoption("explain")) is not None:
        from autograder.errors import UsageError
        from autograder.reports.explained import text
        from autograder.reports.text import inert

        try:
            print(inert(text(code)))  # noqa: T201 - all that was asked for
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        return 0
    arguments = list(config.invocation_params.args)
    if "--submission" not in arguments[:-1]:
        return None
    at = arguments.index("--submission")
    arguments[at : at + 2] = [f"--submission={arguments[at + 1]}"]
    return pytest.main(arguments, plugins=config.invocation_params.plugins)


def pytest_configure(config: pytest.Config) -> None:
    """Find the course, and add the hidden tests of its assignments if they are asked for."""
    given = [_path(config, argument) for argument in config.args]
    course = next(filter(None, map(Course.find, [*given, config.invocation_params.dir])), None)
    options = [o for o in ("submission", "solutions", "hidden") if config.getoption(o) not in (None, False)]
    if config.getoption("submission") == "":  # an unset variable must not grade somebody else's notebook
        raise pytest.UsageError("--submission needs a file; its name is empty")
    if course is None:
        if options:
            raise pytest.UsageError(
                f"cannot use --{options[0]}: there is no course (a folder with assignments/) here"
            )
        return
    from autograder.errors import UsageError
    from autograder.grading.run import GradingRun, What, covered

    submission = config.getoption("submission")
    what = What(
        submission=config.invocation_params.dir / submission if submission else None,
        solutions=config.getoption("solutions"),
        hidden=config.getoption("hidden"),
    )
    try:
        assignments = covered(course, given)
        if submission and len(assignments) != 1:
            raise UsageError(
                "--submission grades one assignment: name its folder, "
                "e.g. pytest assignments/01_name --submission FILE"
            )
        if options and not assignments:
            raise UsageError(f"cannot use --{options[0]}: there is no assignment among the paths given")
        what.check(assignments)
    except UsageError as error:
        raise pytest.UsageError(str(error)) from None
    if not assignments:
        return
    if what.hidden:
        hidden = [str(a.hidden_tests) for a in assignments]
        config.args += [path for path in hidden if path not in config.args]
    # Test modules of different assignments share names (test_hidden.py), and nothing of an assignment's
    # folder may enter the grader by standing first on sys.path.
    config.option.importmode = "importlib"

    def start(assignment: Assignment, time_left: float) -> StudentProcess:
        process: StudentProcess = config.hook.pytest_autograder_start_student(
            config=config, assignment=assignment, time_left=time_left
        )
        return process

    _leave_tidily(config)
    run = config.stash[RUN] = GradingRun(what=what, start=start, assignments=tuple(assignments))
    config.pluginmanager.register(Ledger(config, run), "autograder-ledger")


def _leave_tidily(config: pytest.Config) -> None:
    """On SIGTERM, end as on Ctrl-C, through the clean-up that ends the notebook and what it has started."""
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        config.add_cleanup(functools.partial(signal.signal, signal.SIGTERM, signal.SIG_DFL))  # type: ignore[arg-type]


def _path(config: pytest.Config, argument: str) -> Path:
    return config.invocation_params.dir / argument.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_autograder_start_student(assignment: Assignment, time_left: float) -> StudentProcess:
    from autograder.grading.start import start_student

    return start_student(assignment, time_left)


@pytest.fixture(scope="module")
def student(request: pytest.FixtureRequest) -> StudentUnderTest:
    """The student's notebook: ``student.relu(x)`` calls its function ``relu`` in the student process."""
    from autograder.grading.tested import StudentUnderTest

    assignment = _assignment(request.config, request.path)
    if assignment is None:
        raise pytest.UsageError(
            f"the fixture 'student' needs a test under assignments/NAME/ or reference/NAME/: {request.path}"
        )
    return StudentUnderTest(request.config.stash[RUN].session(assignment))


@pytest.fixture(scope="module")
def weights(request: pytest.FixtureRequest) -> Weights:
    """The trained weights handed in with the notebook: arrays by name, read on the first use."""
    assignment = _assignment(request.config, request.path)
    if assignment is None:
        raise pytest.UsageError(
            f"the fixture 'weights' needs a test under assignments/NAME/ or reference/NAME/: {request.path}"
        )
    return request.config.stash[RUN].weights(assignment)


def _assignment(config: pytest.Config, path: Path) -> Assignment | None:
    run = config.stash.get(RUN, None)
    return run.assignment_of(path) if run else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Let the first notebook run while the test modules import torch."""
    config = session.config
    # Under xdist the controller runs no tests itself, and one worker alone will run those of this notebook.
    distributed = config.pluginmanager.has_plugin("dsession") or hasattr(config, "workerinput")
    if RUN in config.stash and not config.getoption("collectonly") and not distributed:
        config.stash[RUN].begin()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Recognise the graded tests and put them in the order of the notebooks."""
    assignments = {path: _assignment(config, path) for path in {item.path for item in items}}
    for position, item in enumerate(items):
        question = question_of(getattr(item, "function", None))
        assignment = assignments[item.path]
        if question is None or assignment is None:
            continue
        from autograder.grading.score import TestRecord

        doc = getattr(getattr(item, "function", None), "__doc__", None) or ""
        item.stash[RECORD] = TestRecord(
            test=item.nodeid,
            position=position,
            assignment=assignment.name,
            question=question.id,
            title=doc.strip().partition("\n")[0],
            points=question.points,
            needs=question.needs,
            hint=question.hint,
            hidden=item.path == assignment.hidden_tests,
        )

    def order(item: pytest.Item) -> tuple[Any, ...]:
        record = item.stash.get(RECORD, None)
        if record is None:
            return (0,)
        # Hidden tests come last: what the notebook has learnt from them it must not tell in a public one,
        # whose explanation is shown.
        return (1, record.assignment, record.hidden, question_order(record.question), record.position)

    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep an assignment on one worker, so that its notebook runs once, as without xdist."""
    if RUN not in config.stash or config.getoption("dist", "no") != "load":
        return None
    from autograder.grading.schedule import AssignmentScheduling

    return AssignmentScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    record = item.stash.get(RECORD, None)
    assignment = _assignment(item.config, item.path) if record else None
    if assignment:
        item.config.stash[RUN].session(assignment).used.clear()
    if record and (blockers := item.config.stash[RUN].blockers(record)):
        from autograder.errors import CheckFailed
        from autograder.grading.score import built_on

        raise CheckFailed(built_on(blockers))
    if assignment:
        from autograder.grading.tested import excluded

        item.config.stash[RUN].session(assignment).watch(excluded(item, assignment))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the verdict on the report, as plain data: it may have to travel from a worker."""
    record = item.stash.get(RECORD, None)
    if record is None:
        return (yield)
    raised = call.excinfo
    call.excinfo = None  # pytest would draw a traceback that nobody sees, at a quarter of a second each
    try:
        report = yield
    finally:
        call.excinfo = raised
    if call.when == "call" or call.excinfo is not None:
        from autograder.grading.tested import outcome_of
        from autograder.reports.text import inert, one_line

        run = item.config.stash[RUN]
        assignment = _assignment(item.config, item.path)
        assert assignment is not None
        outcome = outcome_of(item, call.excinfo.value if call.excinfo else None, record, assignment, run)
        record = dataclasses.replace(record, outcome=outcome)
        report.autograder = {"record": record.to_json(), "expected": run.announce()}  # type: ignore[attr-defined]
        if outcome.verdict == "skipped":
            report.outcome, report.longrepr = (
                "skipped",
                (str(item.path), item.location[1] or 0, outcome.message),
            )
        elif not outcome.passed:
            report.outcome, report.longrepr = (
                "failed",
                f"{record.question} {outcome.verdict}: {inert(one_line(outcome.message, limit=600))}",
            )
    return report


def pytest_report_teststatus(
    report: pytest.TestReport,
) -> tuple[str, str, tuple[str, dict[str, bool]]] | None:
    data = getattr(report, "autograder", None)
    if data is None:
        return None
    verdict = data["record"]["outcome"]["verdict"]
    # pytest prints sections of its own for the categories "failed" and "error"; a grade has its own summary.
    category = {"pass": "passed", "fail": "not right", "error": "stopped"}.get(verdict, verdict)
    return category, _LETTERS[verdict], (verdict.upper(), _COLOURS.get(verdict, {}))
