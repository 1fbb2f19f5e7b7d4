"""What pytest's reports say about graded tests, gathered where the user started pytest.

Registered by the plugin in runs that have something to grade.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.grading.run import GradingRun
    from autograder.grading.score import TestRecord
    from autograder.verdict import AssignmentResult

RUN: pytest.StashKey[GradingRun] = pytest.StashKey()
"""On pytest's configuration: the run, if there is something to grade."""

RECORD: pytest.StashKey[TestRecord] = pytest.StashKey()
"""On a test item: that it is graded, and how."""

_MARKUP = {
    "good": {"green": True},
    "bad": {"red": True},
    "warn": {"yellow": True},
    "dim": {"light": True},
    "title": {"bold": True},
}


class Ledger:
    """Collects what the reports say: on the process that the user started, those of xdist's workers too."""

    def __init__(self, config: pytest.Config, run: GradingRun) -> None:
        self.config = config
        self.run = run
        self.collected: set[str] = set()
        self.reported: set[str] = set()
        self.lost: set[str] = set()
        self.results: tuple[AssignmentResult, ...] = ()
        self.unwritten = ""
        """Why the grade JSON is not there."""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.run.expect(item.stash[RECORD].to_json() for item in session.items if RECORD in item.stash)
        self.collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        self.collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self.reported.add(report.nodeid)
        if data := getattr(report, "autograder", None):
            self.run.expect(data["expected"])
            self.run.note(data["record"])

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self.run.close()  # before a score is made: nothing of the student's may still run
        if hasattr(self.config, "workerinput") or self.config.getoption("collectonly"):
            return
        limit = self.config.getoption("maxfail")
        stopped_early = exitstatus == pytest.ExitCode.INTERRUPTED or bool(
            limit and session.testsfailed >= limit
        )
        self.results = self.run.results(stopped_early=stopped_early)
        cells = {name: tuple(session.cells) for name, session in self.run.sessions.items()}
        self.config.hook.pytest_autograder_graded(
            config=self.config, results=self.results, cells=cells, weights_sha256=self.run.weights_sha256
        )
        path = self.config.getoption("grade_json")
        if path and (
            self.results or not stopped_early
        ):  # nothing was judged: what stands there is worth more
            from autograder.reports.json_file import write_grade

            try:
                write_grade(self.config.invocation_params.dir / path, self.results)
            except OSError as error:
                self.unwritten = f"The grades could not be written ({error.strerror}): {path}"
        self.lost = set() if stopped_early else self.collected - self.reported
        if exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            if self.lost or self.unwritten or any(result.inconclusive for result in self.results):
                session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
            elif not all(result.passed for result in self.results):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        from autograder.reports.terminal import render

        for result in self.results:
            for line in render(result):
                terminalreporter.write_line(line.text, **_MARKUP.get(line.style, {}))
        if os.environ.get("GITHUB_ACTIONS") == "true":
            self._tell_github(terminalreporter)
        if self.unwritten:
            terminalreporter.write_line(self.unwritten, red=True)
        if self.lost:
            names = ", ".join(sorted(self.lost)[:5])
            terminalreporter.write_line(
                f"{len(self.lost)} tests were collected and never ran: {names}", red=True
            )

    def _tell_github(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Annotations, and the summary of the step if there is a file for it."""
        from autograder.reports.github import commands, summary

        root = Path(os.environ.get("GITHUB_WORKSPACE") or self.config.invocation_params.dir).resolve()
        files = []
        for result in self.results:
            path = self.run.submission_path(result.assignment).resolve()
            files.append(path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name)
        for line in commands(self.results, files):
            terminalreporter.write_line(line)
        if file := os.environ.get("GITHUB_STEP_SUMMARY"):
            try:
                with Path(file).open("a", encoding="utf-8", errors="replace") as stream:
                    stream.write(summary(self.results))
            except OSError as error:
                terminalreporter.write_line(
                    f"The summary of the step could not be written ({error.strerror}): {file}", red=True
                )
