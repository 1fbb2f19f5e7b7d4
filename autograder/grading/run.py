"""One run of graded tests: which notebooks it grades, what its tests said, what is still missing.

The pytest plugin owns one of these; nothing here knows pytest.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.course import Assignment, Course, question_order
from autograder.errors import CheckFailed, InfrastructureError, UsageError
from autograder.grading.judge import grader_fault
from autograder.grading.score import BLOCKING, TestRecord, combine, score
from autograder.grading.session import Session, StartStudent
from autograder.notebook.read import from_percent, read
from autograder.notebook.weights import UnreadableWeights, Weights, parse_weights, weights_bytes, weights_of
from autograder.verdict import AssignmentResult, Outcome, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """Which notebooks a run grades, and with which tests."""

    submission: Path | None = None
    """Grade this notebook instead of the one in the assignment's folder."""
    solutions: bool = False
    """Grade the reference."""
    hidden: bool = False
    """Run the hidden tests too."""

    def check(self, assignments: Iterable[Assignment]) -> None:
        """Refuse what cannot be done.

        Raises:
            UsageError: options exclude each other, or a file that they need is not there.
        """
        if self.submission and self.solutions:
            raise UsageError("cannot use --submission together with --solutions")
        if self.submission and not self.submission.exists() and not self.submission.is_symlink():
            raise UsageError(f"cannot find the submission: {self.submission}")
        for assignment in assignments:
            for wanted, option, path in (
                (self.hidden, "--hidden", assignment.hidden_tests),
                (self.solutions, "--solutions", assignment.reference_source),
            ):
                if wanted and not path.is_file():
                    raise UsageError(
                        f"cannot use {option} here: there is no reference for {assignment.name}: {path}"
                    )


@dataclass(slots=True)
class GradingRun:
    """The state of one run."""

    what: What
    start: StartStudent
    assignments: tuple[Assignment, ...] = ()
    """What is graded, in this order."""
    isolation: str = "none"
    sessions: dict[str, Session] = field(default_factory=dict)
    records: dict[str, TestRecord] = field(default_factory=dict)
    """What each graded test said, by node id."""
    expected: dict[str, TestRecord] = field(default_factory=dict)
    """Graded tests that were collected, by node id: each has to be judged, or the run says why not."""
    weights_sha256: dict[str, str] = field(default_factory=dict)
    """Hashes of the weights handed in, by assignment: of the very bytes that are judged."""
    awaits_submission: bool = False
    """It is handed in when the tests have been collected; see ``hand_in``."""
    _announced: bool = False
    _assignments: dict[Path, Assignment | None] = field(default_factory=dict)
    _files: dict[str, bytes] = field(default_factory=dict)
    _weights: dict[str, Weights] = field(default_factory=dict)
    _reference: GradingRun | None = None

    def assignment_of(self, path: Path) -> Assignment | None:
        """The assignment that a file of tests belongs to, as it was when that was first asked; or None."""
        if path not in self._assignments:
            course = Course.find(path)
            self._assignments[path] = course.assignment_of(path) if course else None
        return self._assignments[path]

    def session(self, assignment: Assignment) -> Session:
        """The submission of ``assignment``, started on first use."""
        if assignment.name not in self.sessions:
            path, load = self._submission(assignment)
            self.sessions[assignment.name] = Session(assignment, path, load=load, start=self.start)
        return self.sessions[assignment.name]

    def hand_in(self, submission: Path) -> None:
        """Grade this notebook with the tests that have been collected, and begin with it.

        Raises:
            UsageError: it is not there.
        """
        self.what = dataclasses.replace(self.what, submission=submission)
        self.what.check(self.assignments)
        self.awaits_submission = False
        self.begin()

    def narrow(self, questions: Set[str]) -> None:
        """Expect of the tests that were collected only those of some questions."""
        self.expected = {t: record for t, record in self.expected.items() if record.question in questions}

    def begin(self) -> None:
        """Begin with the first submission; the others wait until a test asks for them."""
        if self.awaits_submission:
            return
        for assignment in self.assignments[:1]:
            if assignment.weights and not assignment.retrain:
                with contextlib.suppress(UnreadableWeights, InfrastructureError):  # for the question to say
                    self._handed_in(assignment)  # before its notebook can change the file
            self.session(assignment).begin()

    def submission_name(self, assignment: Assignment) -> str:
        """File name of the notebook that is graded for ``assignment``."""
        return self._submission(assignment)[0].name

    def submission_path(self, name: str) -> Path:
        """Path of the notebook that is graded for the assignment of this name."""
        return next(
            self._submission(assignment)[0] for assignment in self.assignments if assignment.name == name
        )

    def _submission(self, assignment: Assignment) -> tuple[Path, Callable[[], Any]]:
        if self.what.solutions:
            path = assignment.reference_source
            return path, lambda: from_percent(path.read_text(encoding="utf-8"))
        path = self.what.submission or assignment.notebook_path
        return path, lambda: read(path)

    def weights(self, assignment: Assignment) -> Weights:
        """The trained weights that belong to the notebook that is graded for ``assignment``.

        They are read, or trained if the assignment says so, when they are first used.

        Raises:
            UsageError: weights are no part of the assignment.
        """
        if not assignment.weights:
            raise UsageError(f"the assignment.toml of {assignment.name} does not name a file of weights")
        if assignment.name not in self._weights:
            self._weights[assignment.name] = Weights(lambda: self._load_weights(assignment))
        return self._weights[assignment.name]

    def _load_weights(self, assignment: Assignment) -> Mapping[str, NDArray[Any]]:
        if assignment.retrain:
            from autograder.checks.weights import trained

            return trained(getattr(self.session(assignment).student(), assignment.retrain))
        try:
            return parse_weights(self._handed_in(assignment))
        except UnreadableWeights as problem:
            message = f"The weights handed in as {assignment.weights} cannot be used. {problem}"
            raise CheckFailed(
                Outcome(verdict=Verdict.FAIL, code="weights-unreadable", message=message)
            ) from None

    def _handed_in(self, assignment: Assignment) -> bytes:
        """The file of weights as it was when it was first read, and its hash noted."""
        if assignment.name not in self._files:
            data = weights_bytes(weights_of(self._submission(assignment)[0], assignment))
            self._files[assignment.name] = data
            self.weights_sha256[assignment.name] = hashlib.sha256(data).hexdigest()
        return self._files[assignment.name]

    def reference_passes(self, assignment: Assignment, test: Callable[[GradingRun], object]) -> bool:
        """Whether the reference, where it is at hand, passes a test.

        Args:
            assignment: whose reference is asked.
            test: the test, given the run that grades the reference.
        """
        if self.what.solutions or not assignment.reference_source.is_file():
            return False
        if self._reference is None:
            self._reference = GradingRun(
                what=What(solutions=True),
                start=self.start,
                assignments=(assignment,),
                isolation=self.isolation,
            )
        return _ending(test, self._reference) is None

    def stumbles_again(self, error: BaseException, test: Callable[[GradingRun], object]) -> bool:
        """Whether a test that ended with ``error`` does so a second time: what ends it may have passed."""
        return type(_ending(test, self)) is type(error)

    def close(self) -> None:
        """End all student processes."""
        for session in self.sessions.values():
            session.close()
        if self._reference is not None:
            self._reference.close()

    def blockers(self, record: TestRecord) -> list[str]:
        """Needed questions that are known not to have passed, so that the test need not run.

        While they are merely not attempted it runs all the same, to learn whether this one is.
        """
        verdicts = self._verdicts(record)
        blocking = BLOCKING - {Verdict.NOT_ATTEMPTED}
        return [needed for needed in record.needs if verdicts.get(needed) in blocking]

    def waits(self, record: TestRecord) -> bool:
        """Whether a question that it needs has not been begun."""
        verdicts = self._verdicts(record)
        return any(verdicts.get(needed) is Verdict.NOT_ATTEMPTED for needed in record.needs)

    def _verdicts(self, record: TestRecord) -> dict[str, Verdict]:
        """Verdicts so far of the record's assignment, by question."""
        so_far = [other for other in self.records.values() if other.assignment == record.assignment]
        results = self._score(so_far)
        return {question.id: question.outcome.verdict for result in results for question in result.questions}

    def expect(self, tests: Iterable[Mapping[str, Any]]) -> None:
        """Note tests that were collected (in this process or in a worker)."""
        for data in tests:
            record = TestRecord.from_json(data)
            self.expected.setdefault(record.test, record)

    def announce(self) -> list[Mapping[str, Any]]:
        """All collected tests the first time: the first report carries them to xdist's controller."""
        if self._announced:
            return []
        self._announced = True
        return [record.to_json() for record in self.expected.values()]

    def note(self, data: Mapping[str, Any]) -> None:
        """Note what a test said. If it speaks twice (its teardown failed), the graver word counts."""
        record = TestRecord.from_json(data)
        if before := self.records.get(record.test):
            record = dataclasses.replace(record, outcome=combine([before.outcome, record.outcome]))
        self.records[record.test] = record

    def missing(self) -> list[TestRecord]:
        """Tests that were collected and never judged."""
        return [record for test, record in self.expected.items() if test not in self.records]

    def results(self, *, stopped_early: bool) -> tuple[AssignmentResult, ...]:
        """The results so far; a test without a verdict counts as a fault of the grader, never as a pass.

        Args:
            stopped_early: the user asked to stop (``-x``, Ctrl-C): what was not run is left out.
        """
        records = list(self.records.values())
        if not stopped_early:
            lost = grader_fault("no verdict arrived")
            records += [dataclasses.replace(record, outcome=lost) for record in self.missing()]
        return self._score(records)

    def _score(self, records: Iterable[TestRecord]) -> tuple[AssignmentResult, ...]:
        submissions = {a.name: self.submission_name(a) for a in self.assignments}
        return score(records, isolation=self.isolation, submissions=submissions)


def _ending(test: Callable[[GradingRun], object], run: GradingRun) -> BaseException | None:
    """What a test ends with; None if it returns."""
    try:
        test(run)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - also those of ours, see autograder.errors
        return error
    return None


def covered(course: Course, paths: Iterable[Path]) -> list[Assignment]:
    """The assignments that ``paths`` (files or folders given on the command line) reach."""
    wanted = [path.resolve() for path in paths]
    return sorted(
        (
            assignment
            for assignment in course.assignments()
            if any(
                path == folder or folder in path.parents or path in folder.parents
                for path in wanted
                for folder in (assignment.directory, assignment.reference_directory)
            )
        ),
        key=lambda assignment: question_order(assignment.name),
    )
