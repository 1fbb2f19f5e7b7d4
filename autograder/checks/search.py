"""Look for the smallest input that a judge objects to: Hypothesis, made deterministic and bounded.

The same strategy, judge and seed give the same examples in the same order and the same smallest
counterexample, whatever else is imported, wherever it runs and however fast the machine is.
"""

from __future__ import annotations

import contextlib
import itertools
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import hypothesis
import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.control import BuildContext
from hypothesis.errors import Flaky, NoSuchExample, StopTest, Unsatisfiable
from hypothesis.internal.conjecture.choice import ChoiceTemplate
from hypothesis.internal.conjecture.data import MAX_DEPTH, ConjectureData
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies._internal.lazy import unwrap_strategies

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hypothesis.strategies import SearchStrategy

LOOK_FURTHER = 30
"""Examples tried after the first failing one: they say how often it fails and what the mistake is."""
AHEAD = LOOK_FURTHER
"""Examples that a judge may prepare for together: all of them are judged even if the first one fails."""
REJECTIONS_PER_EXAMPLE = 10
"""How many draws a strategy may reject for each example that is wanted, before the search gives up."""
SKIPS_PER_EXAMPLE = 3
"""How many examples may be skipped for each that is wanted, before the search gives up."""
SHRINK_CALLS = 400
"""Examples tried while looking for a smaller one. A count, because a clock would make verdicts vary."""

RAISED = "raised"
"""Start of the codes of findings that are exceptions."""
BACKEND = "autograder"


class Finding(Protocol):
    """What a judge objects to in one example."""

    @property
    def code(self) -> str:
        """Findings of the same code are the same mistake."""


Example = TypeVar("Example")
Drawn = TypeVar("Drawn")
F = TypeVar("F", bound=Finding)


class SkipExample(Exception):  # noqa: N818 - a request, not an error
    """Raised by a judge that cannot judge this example."""


class _Stop(BaseException):
    """Leaves Hypothesis at once: enough is known, or time is up."""


class _Leave(BaseException):
    """Carries an exception of the grader's own code out of Hypothesis, which would shrink it."""

    def __init__(self, cause: Exception) -> None:
        self.cause = cause


class Provider(HypothesisProvider):
    """Draws uniformly and from nothing but the seed.

    Hypothesis' own provider also draws constants that it finds in the source of whatever modules happen
    to be imported, and prefers values that break programs to values that show a wrong derivative.
    """

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        return None

    def draw_integer(self, min_value: int | None = None, max_value: int | None = None, **rest: Any) -> int:
        """A uniform integer where both ends are given."""
        if min_value is None or max_value is None:
            return super().draw_integer(min_value, max_value, **rest)
        assert self._random is not None
        return self._random.randint(min_value, max_value)

    def draw_bytes(self, min_size: int = 0, max_size: int = 10**10) -> bytes:
        """Uniform bytes where the size is given."""
        if min_size != max_size:
            return super().draw_bytes(min_size, max_size)
        assert self._random is not None
        return self._random.randbytes(min_size)


AVAILABLE_PROVIDERS[BACKEND] = f"{Provider.__module__}.{Provider.__name__}"


@dataclass(slots=True)
class Search(Generic[Example, F]):
    """What a search found."""

    examples: int = 0
    """Examples that were judged before the search turned to shrinking."""
    failures: list[tuple[Example, F]] = field(default_factory=list)
    """Failing examples among them, in the order of their discovery, all of one code."""
    smallest: tuple[Example, F] | None = None
    """The smallest failing example, judged twice more with the same finding; None if there is none."""
    flaky: tuple[Example, F] | None = None
    """An example that failed and then did not, or differently."""
    complete: bool = True
    """False if time ran out before all examples were tried."""


def search(
    strategy: SearchStrategy[Example],
    judge: Callable[[Example], F | None],
    *,
    examples: int,
    seed: int,
    seconds: float = 120.0,
    look_further: int = LOOK_FURTHER,
    prepare: Callable[[Sequence[Example]], None] | None = None,
) -> Search[Example, F]:
    """Judge ``examples`` draws of ``strategy`` and shrink what fails.

    Args:
        strategy: where the examples come from.
        judge: returns what is wrong with an example, or None; raises ``SkipExample`` for one it cannot judge.
            It must depend on its argument alone.
        examples: how many to judge.
        seed: number from which everything random is derived.
        seconds: processor time of this process after which the search ends with what it has. The student
            process has limits of its own. By a clock, a machine that is busy otherwise would decide.
        look_further: how many examples to judge after the first failing one.
        prepare: told which examples will be judged next, so that what they have in common can be done at once
            (one round trip to a student process instead of many). It must not change what the judge finds.

    Raises:
        Exception: whatever the judge or ``prepare`` raised, unchanged.
    """
    result: Search[Example, F] = Search()
    deadline = time.process_time() + seconds
    with _quiet(), _sealed():
        seen = _explore(strategy, judge, examples, seed, deadline, look_further, result, prepare)
        if not seen:
            return result
        code = _main_code([finding.code for _, finding in seen])
        result.failures = [(example, finding) for example, finding in seen if finding.code == code]
        smallest = _shrink(strategy, judge, code, examples, seed, result.failures[0])
        confirmed = all(_again(judge, smallest[0]) == smallest[1] for _ in range(2))
    if confirmed:
        result.smallest = smallest
    else:
        result.flaky = smallest
    return result


def _again(judge: Callable[[Example], F | None], example: Example) -> F | None:
    try:
        return judge(example)
    except SkipExample:
        return None


def _main_code(codes: list[str]) -> str:
    """The most frequent; an exception, which may follow from another mistake, only if that is most."""
    others = [code for code in codes if not code.startswith(RAISED)]
    counts = Counter(others if 2 * len(others) >= len(codes) else codes)
    return max(counts, key=lambda code: (counts[code], -codes.index(code)))


def _explore(
    strategy: SearchStrategy[Example],
    judge: Callable[[Example], F | None],
    examples: int,
    seed: int,
    deadline: float,
    look_further: int,
    result: Search[Example, F],
    prepare: Callable[[Sequence[Example]], None] | None,
) -> list[tuple[Example, F]]:
    failing: list[tuple[Example, F]] = []
    last, skipped = examples, 0
    drawn = _drawn(strategy, examples, seed)
    while result.examples < last:
        ahead = list(itertools.islice(drawn, min(AHEAD, look_further, last - result.examples) or 1))
        if not ahead:
            break
        if prepare is not None:
            prepare(ahead)
        for example in ahead:
            try:
                finding = judge(example)
            except SkipExample:
                skipped += 1
                if skipped > SKIPS_PER_EXAMPLE * examples:
                    return failing
                continue
            result.examples += 1
            if finding is not None:
                if not failing:
                    last = min(examples, result.examples + look_further)
                failing.append((example, finding))
            if result.examples >= last:
                break
            if time.process_time() > deadline:
                result.complete = False
                return failing
    return failing


class _Draws(ConjectureData):
    """Makes the same choices, and does not note which of them belong together: only shrinking needs that."""

    def draw(
        self, strategy: SearchStrategy[Drawn], label: int | None = None, observe_as: str | None = None
    ) -> Drawn:
        """Draw from a strategy."""
        del label, observe_as  # for what is not noted
        strategy.validate()
        if strategy.is_empty or self.depth >= MAX_DEPTH:
            self.mark_invalid()
        self.start_span(0)
        try:
            drawn: Drawn = unwrap_strategies(strategy).do_draw(self)  # type: ignore[no-untyped-call]
            return drawn
        finally:
            self.stop_span()

    def start_span(self, label: int) -> None:
        """Note nothing but how deep it is in."""
        del label
        self.depth += 1

    def stop_span(self, *, discard: bool = False) -> None:
        """The same."""
        del discard
        self.depth -= 1


def _drawn(strategy: SearchStrategy[Example], examples: int, seed: int) -> Iterator[Example]:
    """The simplest example, then random ones: those that ``_find`` would judge, in the same order.

    Hypothesis' engine notes much about each example that is not needed while nothing fails; without it and
    ``_Draws`` drawing takes a third of the time. ``_shrink`` starts from the same examples.
    """
    random = Random(Random(seed).getrandbits(64))  # noqa: S311 - as hypothesis.find does
    simplest = [ChoiceTemplate("simplest", count=None)]
    data = _Draws(random=random, provider=HypothesisProvider, prefix=simplest)
    rejected = 0
    strategy.validate()
    while rejected <= REJECTIONS_PER_EXAMPLE * examples:
        try:
            with BuildContext(data, is_final=False, wrapped_test=_drawn):
                example = data.draw(strategy)
        except StopTest:
            rejected += 1
        else:
            yield example
        data = _Draws(random=random, provider=Provider, prefix=[])


def _shrink(
    strategy: SearchStrategy[Example],
    judge: Callable[[Example], F | None],
    code: str,
    examples: int,
    seed: int,
    first: tuple[Example, F],
) -> tuple[Example, F]:
    best = first
    calls = 0

    def fails(example: Example) -> bool:
        nonlocal best, calls
        if best is not first:
            calls += 1
        finding = _judged(judge, example)
        if finding is None or finding.code != code:
            if calls > SHRINK_CALLS:
                raise _Stop
            return False
        best = (example, finding)
        return True

    with contextlib.suppress(_Stop, Flaky, NoSuchExample, Unsatisfiable):
        _find(strategy, fails, _settings(examples, Phase.generate, Phase.shrink), seed)
    return best


def _judged(judge: Callable[[Example], F | None], example: Example) -> F | None:
    try:
        return judge(example)
    except SkipExample:
        raise
    except Exception as error:  # noqa: BLE001 - Hypothesis must not take it for a finding
        raise _Leave(error) from None


def _find(
    strategy: SearchStrategy[Example], condition: Callable[[Example], bool], how: settings, seed: int
) -> None:
    def admitted(example: Example) -> bool:
        try:
            return condition(example)
        except SkipExample:
            hypothesis.reject()

    try:
        hypothesis.find(strategy, admitted, settings=how, random=Random(seed))  # noqa: S311 - reproducible is what it has to be
    except _Leave as leave:
        raise leave.cause from None


def _settings(examples: int, *phases: Phase) -> settings:
    """Everything explicit: the profile in force differs between a laptop and CI."""
    return settings(
        max_examples=examples,
        phases=phases,
        backend=BACKEND,
        derandomize=False,  # the seed is given, which is the stronger promise
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        stateful_step_count=50,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )


@contextlib.contextmanager
def _sealed() -> Iterator[None]:
    """Keep the constants of imported modules out of shrinking, which uses Hypothesis' own provider."""
    name = "_maybe_draw_constant"  # there is no public switch
    original = getattr(HypothesisProvider, name)
    setattr(HypothesisProvider, name, lambda *_, **__: None)
    try:
        yield
    finally:
        setattr(HypothesisProvider, name, original)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Floating-point warnings of an answer are no news: a value that is not finite is judged as such."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
