"""Grade every solution of which the course knows what it must get, and note where the grade is another one.

What is done for an assignment, in the ordinary surroundings unless it says otherwise:

1. What students get is searched for what they must not see.
2. The skeleton, the reference, the alternatives and the wrong solutions, several to a notebook, are graded,
   and at the end the reference once more.
3. All of them are graded again, in the opposite order, under another ``PYTHONHASHSEED``, with two threads
   and the variable ``CI`` set. The grade JSON must be the same, byte by byte. The wrong solutions are in
   other company this time, without what is only for show (see ``cells``), and graded by the questions that
   this can tell something about (see ``packing``): those that they name must say the same of them.
4. Every wrong solution that is still in doubt is graded alone, in both surroundings.
"""

from __future__ import annotations

import enum
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.notebook.release import release
from autograder.reports.json_file import write_text
from autograder.reports.text import one_line
from autograder.verdict import AssignmentResult, QuestionResult, Verdict
from autograder.verify import packing, solutions
from autograder.verify.leaks import leaks
from autograder.verify.questions import builds_on, names_asked_for
from autograder.verify.rounds import ORDINARY, OTHER, Surroundings, difference, grade

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.verdict import Json
    from autograder.verify.packing import Pack
    from autograder.verify.solutions import Right, Wrong


class Kind(enum.StrEnum):
    """What went wrong."""

    FALSE_PASS = "false pass"  # noqa: S105 - a kind of slip, not a password
    """A question that should reject a wrong solution does not."""
    FALSE_FAIL = "false fail"
    """A right solution does not get full marks."""
    WRONG_QUESTION = "wrong question"
    """A wrong solution is rejected by a question that it does not name and that builds on none of those."""
    SKELETON = "skeleton"
    """The notebook as it is handed out gets points, or a question of it counts as attempted."""
    NOT_REPEATABLE = "not repeatable"
    """The same notebook got another grade JSON the second time."""
    LEAK = "leak"
    """What students get holds a secret."""
    NOT_JUDGED = "not judged"
    """The grader could not judge a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One thing that is not as it should be."""

    kind: Kind
    name: str
    """The solution, or the file that is handed out."""
    what: str
    """What happened instead."""


@dataclass(slots=True, kw_only=True)
class Verification:
    """What came of one assignment."""

    assignment: str
    right: int
    wrong: int
    secrets: int = 0
    """How many secrets were looked for."""
    gradings: int = 0
    alone: list[str] = field(default_factory=list)
    """Wrong solutions that were judged alone."""
    slips: list[Slip] = field(default_factory=list)

    def names(self, kind: Kind) -> list[str]:
        """Names of what slipped in this way, each once."""
        return list(dict.fromkeys(slip.name for slip in self.slips if slip.kind is kind))

    def to_json(self) -> dict[str, Json]:
        """Plain data, without anything that differs from run to run."""
        return {
            "assignment": self.assignment,
            "wrong_solutions": self.wrong,
            "false_passes": self.names(Kind.FALSE_PASS),
            "right_solutions": self.right,
            "false_fails": self.names(Kind.FALSE_FAIL),
            "gradings": self.gradings,
            "judged_alone": self.alone,
            "secrets": self.secrets,
            "slips": [{"kind": slip.kind.value, "name": slip.name, "what": slip.what} for slip in self.slips],
        }


def verify(
    assignment: Assignment, *, jobs: int | None = None, each: bool = False, part: tuple[int, int] = (1, 1)
) -> Verification:
    """Verify the grading of one assignment; prints each grade as it comes.

    Args:
        assignment: what to verify.
        jobs: notebooks at a time; by default one per processor.
        each: judge each wrong solution alone from the beginning.
        part: (k, n): of the wrong solutions only every n-th, from the k-th on. The n parts are all of them.

    Raises:
        UsageError: the reference, a test file or a solution cannot be used.
    """
    solutions.require(assignment)
    needs = builds_on(assignment)
    right, wrong = solutions.right(assignment), solutions.wrong(assignment, needs)
    wrong = wrong[part[0] - 1 :: part[1]]
    found = Verification(assignment=assignment.name, right=len(right), wrong=len(wrong))
    secrets, found.secrets = leaks(assignment)
    found.slips += [
        Slip(kind=Kind.LEAK, name=leak.file, what=f"holds, from {leak.source}: {one_line(leak.secret)}")
        for leak in secrets
    ]
    first = [] if each else packing.arrange(wrong, needs)
    second = [] if each else packing.arrange(wrong, needs, apart_from=first)
    with tempfile.TemporaryDirectory(prefix="autograder-verify-") as folder:
        rounds = _Rounds(assignment, needs, Path(folder), jobs, found)
        believed = rounds.together(right, first, second)
        rounds.alone([solution for solution in wrong if solution.name not in believed])
    return found


Grades = Mapping[str, AssignmentResult]


class _Rounds:
    """The gradings of one verification, and what they say."""

    def __init__(
        self,
        assignment: Assignment,
        builds_on: Mapping[str, set[str]],
        folder: Path,
        jobs: int | None,
        found: Verification,
    ) -> None:
        self.assignment = assignment
        self.builds_on = builds_on
        self.folder = folder
        self.jobs = jobs
        self.found = found

    def together(self, right: Sequence[Right], first: Sequence[Pack], second: Sequence[Pack]) -> set[str]:
        """Grade all but what needs to be alone; the names of the wrong solutions that are surely rejected."""
        skeleton = self.folder / "skeleton.ipynb"
        write_text(skeleton, release(self.assignment))
        reference, *others = (self._write(_right(s), s.text, s.weights) for s in right)
        once_more = self._write(f"{reference.stem} once more", right[0].text, right[0].weights)
        known = [skeleton, reference, *others]
        packs, again = ({_wrong(pack): pack for pack in packs} for packs in (first, second))
        ordinary = self._grade(
            f"{self.assignment.name}: first grading", [*known, *self._packs("first", packs), once_more]
        )
        in_other_company = self._packs("second", again, names_asked_for(self.assignment))
        asked = {
            path: packing.asked(pack, self.builds_on, apart_from=first)
            for path, pack in zip(in_other_company, again.values(), strict=True)
        }
        other = self._grade(
            "second grading, in other surroundings and wrong solutions in other company",
            [*known, *in_other_company][::-1],
            OTHER,
            questions=asked,
        )
        third = {reference.stem: replace(ordinary[once_more.stem], submission=reference.stem)}
        for notebook in known:
            self._compare({notebook.stem: ordinary[notebook.stem]}, other)
        self._compare({reference.stem: ordinary[reference.stem]}, third)
        self._judge(skeleton.stem, _skeleton, ordinary, other)
        for solution in right:
            self._judge(_right(solution), _full_marks(solution), ordinary, other, third)
        return packing.believed([(packs, ordinary), (again, other)])

    def alone(self, wrong: Sequence[Wrong]) -> None:
        """Judge each of these by itself."""
        self.found.alone += [solution.name for solution in wrong]
        notebooks = [
            self._write(_wrong((s,)), solutions.together(self.assignment, [s]), s.weights, "alone")
            for s in wrong
        ]
        ordinary = self._grade("wrong solutions alone", notebooks)
        other = self._grade("wrong solutions alone, in other surroundings", notebooks[::-1], OTHER)
        self._compare(ordinary, other)
        for solution in wrong:
            self._judge(_wrong((solution,)), _rejected(solution), ordinary, other)

    def _packs(
        self, folder: str, packs: Mapping[str, Pack], asked_for: frozenset[str] | None = None
    ) -> list[Path]:
        return [
            solutions.write(
                self.folder / folder / f"{name}.ipynb",
                solutions.together(self.assignment, pack),
                next((s.weights for s in pack if solutions.OWN_WEIGHTS in s.defines), pack[0].weights),
                figures=False,
                asked_for=asked_for,
            )
            for name, pack in packs.items()
        ]

    def _write(self, name: str, text: str, weights: Path | None, folder: str = "") -> Path:
        return solutions.write(self.folder / folder / f"{name}.ipynb", text, weights)

    def _grade(
        self,
        title: str,
        notebooks: Sequence[Path],
        surroundings: Surroundings = ORDINARY,
        *,
        questions: Mapping[Path, frozenset[str]] | None = None,
    ) -> Grades:
        if notebooks:
            print(f"\n{title}", flush=True)
        self.found.gradings += len(notebooks)
        return grade(self.assignment, notebooks, surroundings, jobs=self.jobs, questions=questions)

    def _compare(self, first: Grades, second: Grades) -> None:
        for name, result in first.items():
            what = difference(result, second[name])
            slip = Slip(kind=Kind.NOT_REPEATABLE, name=name, what=what)
            if what and slip not in self.found.slips:
                self.found.slips.append(slip)

    def _judge(self, name: str, judge: Judge, *rounds: Grades) -> None:
        """Note what is wrong in the first of the rounds in which something is."""
        judged = (list(judge(grades[name])) for grades in rounds if name in grades)
        self.found.slips += next(filter(None, judged), [])


Judge = Callable[[AssignmentResult], Iterator[Slip]]


def _right(solution: Right) -> str:
    return f"right {solution.name}"


def _wrong(pack: Pack) -> str:
    return f"wrong {pack[0].name}" + (f" and {len(pack) - 1} more" if len(pack) > 1 else "")


def _skeleton(result: AssignmentResult) -> Iterator[Slip]:
    for question in result.questions:
        if question.outcome.verdict is Verdict.INCONCLUSIVE:
            yield Slip(kind=Kind.NOT_JUDGED, name="skeleton", what=_says(question))
        elif question.outcome.verdict is not Verdict.NOT_ATTEMPTED or question.points:
            yield Slip(kind=Kind.SKELETON, name="skeleton", what=_says(question))


def _full_marks(solution: Right) -> Judge:
    def judge(result: AssignmentResult) -> Iterator[Slip]:
        for question in result.questions:
            if question.outcome.verdict is Verdict.INCONCLUSIVE:
                yield Slip(kind=Kind.NOT_JUDGED, name=solution.name, what=_says(question))
            elif not question.outcome.passed or question.points != question.max_points:
                yield Slip(kind=Kind.FALSE_FAIL, name=solution.name, what=_says(question))

    return judge


def _rejected(solution: Wrong) -> Judge:
    def judge(result: AssignmentResult) -> Iterator[Slip]:
        for question in result.questions:
            verdict, named = question.outcome.verdict, question.id in solution.rejected_by
            kind = None
            if verdict is Verdict.INCONCLUSIVE:
                kind = Kind.NOT_JUDGED
            elif named and verdict not in packing.REJECTED:
                kind = Kind.FALSE_PASS
            elif not named and verdict not in (Verdict.PASS, Verdict.SKIPPED):
                kind = Kind.WRONG_QUESTION
            if kind:
                yield Slip(kind=kind, name=solution.name, what=_says(question))

    return judge


def _says(question: QuestionResult) -> str:
    outcome = question.outcome
    return one_line(f"{question.id} says {outcome.verdict.value}. {outcome.message}".rstrip(), limit=300)
