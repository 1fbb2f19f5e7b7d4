"""Change the reference in one place at a time, and see whether a question notices.

A mutant is killed if a question rejects it, whichever. Here, too, several share a notebook, in two
arrangements: the wrong solutions say which questions are about a definition, and a mutant of it is believed
to be killed if one of these rejects it in both companies and says the same; only they are asked, and what
they need, the second time without what is for show (see ``cells``). All others are judged alone, whole and by
all questions, so a survivor has survived alone.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.reports.text import one_line
from autograder.verdict import AssignmentResult, Verdict
from autograder.verify import packing, solutions
from autograder.verify.equivalent import reasons
from autograder.verify.mutants import Mutant, applied, mutants
from autograder.verify.questions import builds_on, names_asked_for
from autograder.verify.rounds import ORDINARY, grade
from autograder.verify.solutions import Wrong

if TYPE_CHECKING:
    from autograder.course import Assignment
    from autograder.verdict import Json

FILE = "equivalent.toml"


@dataclass(slots=True, kw_only=True)
class Generated:
    """What came of the mutants of one assignment."""

    assignment: str
    made: int
    equivalent: dict[str, str] = field(default_factory=dict)
    """Mutants that are no mistakes, and why."""
    graded: int = 0
    """Mutants that were graded: all others, or a sample of them."""
    survivors: list[Mutant] = field(default_factory=list)
    not_judged: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        """Mutants that a question rejected."""
        return self.graded - len(self.survivors) - len(self.not_judged)

    @property
    def rate(self) -> float:
        """Killed mutants among those graded; 1 if there are none."""
        return self.killed / self.graded if self.graded else 1.0

    def text(self) -> list[str]:
        """The lines to print."""
        lines = ["", f"{self.assignment}: {self.made} mutants, {len(self.equivalent)} of them no mistakes:"]
        lines += [f"  {one_line(name)}: {one_line(why)}" for name, why in self.equivalent.items()]
        lines += [f"survivor  {mutant.definition}, {one_line(mutant.name)}" for mutant in self.survivors]
        for mutant in self.survivors:
            lines += ["", f"{mutant.definition}, line {mutant.start + 1}: {mutant.operator}", *mutant.diff()]
        lines += [f"not judged  {one_line(name)}" for name in self.not_judged]
        return [*lines, "", f"killed  {self.killed} / {self.graded} ({100 * self.rate:.1f} %)"]

    def to_json(self) -> dict[str, Json]:
        """The same as data."""
        return {
            "assignment": self.assignment,
            "mutants": self.made,
            "equivalent": self.equivalent,
            "graded": self.graded,
            "killed": self.killed,
            "not_judged": self.not_judged,
            "survivors": [
                {
                    "definition": mutant.definition,
                    "operator": mutant.operator,
                    "line": mutant.start + 1,
                    "diff": mutant.diff(),
                }
                for mutant in self.survivors
            ],
        }


def generate(
    assignment: Assignment, *, jobs: int | None = None, limit: int | None = None, seed: int = 0
) -> Generated:
    """Make and grade the mutants of one assignment; prints each grade as it comes.

    Args:
        assignment: whose reference is changed.
        jobs: notebooks at a time; by default one per processor.
        limit: grade no more than so many mutants, drawn at random.
        seed: of the draw; the same seed draws the same mutants.

    Raises:
        UsageError: libcst is missing; the reference, a solution or ``equivalent.toml`` cannot be used.
    """
    solutions.require(assignment)
    needs = builds_on(assignment)
    reference = assignment.reference_source.read_text(encoding="utf-8")
    made = mutants(reference)
    known = reasons(reference, made, assignment.reference_directory / FILE)
    chosen = [mutant for mutant in made if mutant.name not in known]
    if limit is not None and limit < len(chosen):
        drawn = set(random.Random(seed).sample(range(len(chosen)), limit))  # noqa: S311 - a sample, not a secret
        chosen = [mutant for index, mutant in enumerate(chosen) if index in drawn]
    found = Generated(
        assignment=assignment.name,
        made=len(made),
        equivalent={mutant.name: known[mutant.name] for mutant in made if mutant.name in known},
        graded=len(chosen),
    )
    weights = solutions.weights(assignment, assignment.reference_source)
    by_name = {mutant.name: mutant for mutant in chosen}
    about = _about(solutions.wrong(assignment, needs))
    first = packing.arrange(
        [
            Wrong(
                name=mutant.name,
                patch="",
                mistake=mutant.operator,
                rejected_by=about[mutant.definition],
                defines=frozenset([mutant.definition]),
                weights=weights,
            )
            for mutant in chosen
            if mutant.definition in about
        ],
        needs,
    )
    first = [pack for pack in first if len(pack) > 1]
    second = packing.arrange([one for pack in first for one in pack], needs, apart_from=first)

    with tempfile.TemporaryDirectory(prefix="autograder-mutants-") as folder:

        def graded(
            title: str,
            groups: Sequence[Sequence[str]],
            asked: Sequence[frozenset[str]] = (),
            names: frozenset[str] | None = None,
        ) -> list[AssignmentResult]:
            if groups:
                print(f"\n{title}", flush=True)
            paths = [
                solutions.write(
                    Path(folder) / title / f"mutants {number}.ipynb",
                    applied(reference, [by_name[name] for name in group]),
                    weights,
                    figures=False,
                    asked_for=names,
                )
                for number, group in enumerate(groups, start=1)
            ]
            only = dict(zip(paths, asked, strict=False))
            results = grade(assignment, paths, ORDINARY, jobs=jobs, questions=only)
            return [results[path.stem] for path in paths]

        said = []
        for title, packs, names in (
            ("mutants together", first, None),
            ("mutants in other company", second, names_asked_for(assignment)),
        ):
            asked = [packing.asked(pack, needs) for pack in packs]
            results = graded(title, [[one.name for one in pack] for pack in packs], asked, names)
            rejections: dict[str, Mapping[str, object]] = {}
            for pack, result in zip(packs, results, strict=True):
                rejections |= {one.name: _rejections(one, result) for one in pack}
            said.append(rejections)
        killed = {name for name, rejections in said[0].items() if rejections and rejections == said[1][name]}
        alone = [name for name in by_name if name not in killed]
        for name, result in zip(alone, graded("mutants alone", [[name] for name in alone]), strict=True):
            verdicts = {question.outcome.verdict for question in result.questions}
            if verdicts & packing.REJECTED:
                continue
            if verdicts == {Verdict.PASS}:
                found.survivors.append(by_name[name])
            else:
                found.not_judged.append(name)
    return found


def _about(wrong: Sequence[Wrong]) -> Mapping[str, frozenset[str]]:
    """The questions that reject mistakes in a definition, by its name."""
    about: dict[str, frozenset[str]] = {}
    for solution in wrong:
        for name in solution.defines:
            about[name] = about.get(name, frozenset()) | solution.rejected_by
    return about


def _rejections(mutant: Wrong, result: AssignmentResult) -> Mapping[str, object]:
    """What the questions about it say that reject the mutant; nothing if the time for all of them ran out."""
    codes = {question.outcome.code for question in result.questions}
    if "timeout-total" in codes:
        return {}
    return {
        id: outcome
        for id, outcome in packing.findings(mutant, result).items()
        if outcome.verdict in packing.REJECTED
    }
