"""Judge gradients against torch, on random inputs, shapes and upstream gradients.

Order of work: is the code deterministic and does it leave its inputs alone; then the gradients; then what
happens to a value that is used twice. The first objection is shrunk, shown, and explained if it can be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from numpy.typing import NDArray

from autograder.checks import structure, verdicts
from autograder.checks.compare import RELATIVE
from autograder.checks.gradient_judge import Example, GradientJudge
from autograder.checks.grid import COTANGENT_BYTES
from autograder.checks.oracle import Oracle
from autograder.checks.search import Search, search
from autograder.checks.student import PairStyle, Style, TensorStyle
from autograder.checks.values import as_tuples, passed
from autograder.errors import UsageError
from autograder.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hypothesis.strategies import SearchStrategy

    from autograder.checks.finding import Finding

Array = NDArray[Any]


def gradients(
    function: Callable[..., Any] | None,
    *,
    like: Callable[..., Any],
    inputs: SearchStrategy[Any],
    tensor: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    wrt: Sequence[int] | None = None,
    examples: int = 100,
    seed: int = 0,
    relative: float = RELATIVE,
    names: Sequence[str] | None = None,
    call: str = "",
    backward_call: str = "",
    start: Callable[[Any, Array], Any] | None = None,
    upstream: Callable[[tuple[int, ...]], Array] | None = None,
    shared: bool = True,
    accumulates: bool | None = None,
    repeats: int = 0,
    seconds: float = 120.0,
) -> Outcome:
    """Does the backward pass compute the derivative of ``like``?

    Exactly one of ``tensor`` and ``backward`` says how the assignment writes gradients.

    Args:
        function: the forward pass: takes tensors and returns one, or takes arrays and returns one. With
            ``backward`` it may be None if the forward pass is judged elsewhere.
        like: the same function on torch tensors (float64).
        inputs: strategy for one argument or a tuple of arguments, see ``autograder.checks.inputs``. Float
            arrays are differentiated, everything else is handed on as it is.
        tensor: makes the student's tensor from a float64 array, e.g. ``student.Tensor``.
        backward: takes all arguments and the upstream gradient, returns the gradient, or a tuple of them, one
            for each differentiated argument.
        wrt: positions of the arguments to differentiate; the other arrays stay arrays.
        examples: how many inputs to judge.
        seed: number from which inputs and upstream gradients are derived.
        relative: relative tolerance.
        names: names of the arguments in messages; by default ``x``, or ``a``, ``b``, ``c``.
        call: how a student would write the forward pass, if ``function`` cannot be shown, e.g. ``"relu(x)"``.
        backward_call: the same for ``backward``, e.g. ``"relu_backward(x, upstream)"``.
        start: runs the backward pass of a tensor for an upstream gradient; by default
            ``out.backward(upstream)``.
        upstream: makes the upstream gradient for a shape, e.g. ``np.ones`` where a backward pass without
            argument is judged; by default random numbers.
        shared: judge also the same tensor in all places at once, which needs a backward pass that adds up.
            Only with ``tensor``.
        accumulates: True if a second backward pass adds to a gradient, None not to judge it.
        repeats: how many inputs to judge on a second backward pass from the same result, which needs one that
            adds up and a graph that is kept. Only with ``tensor``.
        seconds: processor time for each part of the check; see ``search``.

    Returns:
        A pass; a fail or error with the smallest input that shows it; or inconclusive.

    Raises:
        UsageError: not exactly one of ``tensor`` and ``backward`` is given.
        StudentError: something does not exist or is not implemented yet.
        Exception: ``like`` or ``inputs`` raised: the author's mistake.
    """
    style: Style
    if tensor is not None and backward is None and function is not None:
        style = TensorStyle(function, tensor, call, start)
    elif backward is not None and tensor is None:
        style = PairStyle(function, backward, call, backward_call)
    else:
        raise UsageError("a gradient check needs either a function and tensor=..., or backward=...")
    check = GradientJudge(
        Oracle(like, wrt), style, relative, names, upstream, has_forward=function is not None
    )
    strategy = st.tuples(as_tuples(inputs), st.binary(min_size=COTANGENT_BYTES, max_size=COTANGENT_BYTES))

    def look(
        judge: Callable[[Example], Finding | None],
        count: int,
        prepare: Callable[[Sequence[Example]], None] | None = None,
    ) -> Search[Example, Finding]:
        return search(strategy, judge, examples=count, seed=seed, seconds=seconds, prepare=prepare)

    probed = look(check.probe, min(structure.PROBES, examples), check.prepare_probe)
    objection = probed.smallest or probed.flaky
    if objection is not None:
        return verdicts.failed(probed, objection[1], seed, check.show(objection[0], objection[1].subject))
    result = look(check.judge, examples, check.prepare)
    outcome = verdicts.unjudged(result, examples, seed, lambda e: check.show(e, ""))
    if outcome is not None:
        return outcome
    if result.smallest is not None:
        return check.explain(result, *result.smallest, seed)
    if not check.moved:
        return Outcome(
            verdict=Verdict.INCONCLUSIVE,
            code="nothing-to-judge",
            message="The right gradient is 0 for every input tried, so nothing was judged.",
            evidence=verdicts.evidence(result, seed),
        )
    if tensor is not None:
        for judge, stage in ((check.shared, "shared"), (check.twice, "twice")):
            if (stage == "shared" and not (shared and check.shareable)) or (
                stage == "twice" and not accumulates
            ):
                continue
            again = look(judge, min(structure.PROBES, examples))
            if again.smallest is not None:
                return check.explain(again, *again.smallest, seed, stage)
    if tensor is not None and function is not None and repeats:
        in_parts = TensorStyle(function, tensor, call, None, parts=2)
        check = GradientJudge(check.oracle, in_parts, relative, names, upstream, has_forward=True)
        again = look(check.judge, repeats, check.prepare)
        if again.smallest is not None:
            return check.explain(again, *again.smallest, seed, "parts")
    return passed(result.examples, seed)
