"""Several wrong solutions in one notebook, because grading a notebook takes seconds and there are many.

In a pack no mistake can hide another: no question that must reject one of them is, or builds on, a question
that must reject another. That leaves one way to be fooled: a mistake that breaks a question which it does
not name would stand in for another one that this question should reject and does not. So there are two
arrangements, and no two solutions share a pack in both. A solution is believed to be rejected where its
questions say the same of it, to the letter of the counterexample, in both companies; all others are judged
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations

from autograder.verdict import AssignmentResult, Outcome, Verdict
from autograder.verify.solutions import Wrong

Pack = tuple[Wrong, ...]

REJECTED = frozenset({Verdict.FAIL, Verdict.ERROR})


def arrange(
    solutions: Sequence[Wrong],
    builds_on: Mapping[str, Set[str]],
    *,
    apart_from: Sequence[Pack] = (),
) -> list[Pack]:
    """Put solutions into packs; the same ones give the same packs.

    Args:
        solutions: what to arrange.
        builds_on: for each question, all those that it needs.
        apart_from: packs whose members must not meet again.
    """
    met = {frozenset((a.name, b.name)) for pack in apart_from for a, b in combinations(pack, 2)}

    def below(solution: Wrong) -> set[str]:
        return set().union(*(builds_on[id] for id in solution.rejected_by))

    def fit(a: Wrong, b: Wrong) -> bool:
        return (
            a.defines.isdisjoint(b.defines)
            and a.rejected_by.isdisjoint(b.rejected_by | below(b))
            and b.rejected_by.isdisjoint(below(a))
            and frozenset((a.name, b.name)) not in met
        )

    packs: list[list[Wrong]] = []
    for solution in sorted(solutions, key=lambda solution: -len(below(solution))):
        pack = next((pack for pack in packs if all(fit(solution, other) for other in pack)), None)
        if pack is None:
            packs.append([solution])
        else:
            pack.append(solution)
    return [tuple(pack) for pack in packs]


def asked(
    pack: Pack, builds_on: Mapping[str, Set[str]], *, apart_from: Sequence[Pack] = ()
) -> frozenset[str]:
    """The questions that are to be graded for a pack, if others have been graded in another arrangement.

    Args:
        pack: what shares a notebook.
        builds_on: for each question, all those that it needs.
        apart_from: the other arrangement.
    """
    names = {solution.name for solution in pack}
    company = [solution for other in apart_from if names & {s.name for s in other} for solution in other]
    named = frozenset[str]().union(*(solution.rejected_by for solution in (*pack, *company)))
    return named.union(*(builds_on[id] for id in named))


def believed(graded: Sequence[tuple[Mapping[str, Pack], Mapping[str, AssignmentResult]]]) -> set[str]:
    """Names of the solutions that are surely rejected by the questions that they name, and by no other.

    Args:
        graded: arrangements, as packs by name, each with the grades of its packs by the same names.
    """
    good: set[str] = set()
    doubted: set[str] = set()
    said: dict[str, dict[str, Outcome]] = {}
    for packs, results in graded:
        for name, pack in packs.items():
            doubted |= _doubtful(pack, results[name])
            for solution in pack:
                said_now = findings(solution, results[name])
                if said.setdefault(solution.name, said_now) != said_now:
                    doubted.add(solution.name)
                good.add(solution.name)
    return good - doubted


def _doubtful(pack: Pack, result: AssignmentResult) -> set[str]:
    """Names of the solutions in ``pack`` of which ``result`` does not say what it should."""
    verdicts = {question.id: question.outcome.verdict for question in result.questions}
    named = frozenset[str]().union(*(solution.rejected_by for solution in pack))
    others = {verdict for id, verdict in verdicts.items() if id not in named}
    if not others <= {Verdict.PASS, Verdict.SKIPPED} or Verdict.INCONCLUSIVE in verdicts.values():
        return {solution.name for solution in pack}  # whose fault it is, only each alone can show
    return {
        solution.name
        for solution in pack
        if not all(verdicts.get(id) in REJECTED for id in solution.rejected_by)
    }


def findings(solution: Wrong, result: AssignmentResult) -> dict[str, Outcome]:
    """What the questions that ``solution`` names say. The place is left out: it shifts with the company."""
    return {
        question.id: replace(question.outcome, where=None)
        for question in result.questions
        if question.id in solution.rejected_by
    }
