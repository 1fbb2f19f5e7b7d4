"""The search is deterministic, bounded, and leaves Hypothesis out of sight."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from hypothesis import strategies as st
from hypothesis.internal.conjecture.data import ConjectureData

from autograder.checks import search as search_module
from autograder.checks.search import SHRINK_CALLS, SkipExample, search


@dataclass(frozen=True)
class Complaint:
    code: str = "too-large"
    text: str = ""


NUMBERS = st.integers(0, 1000)


def test_the_smallest_failing_example_is_found():
    found = search(NUMBERS, lambda n: Complaint() if n > 137 else None, examples=50, seed=0)
    assert found.smallest == (138, Complaint())
    assert 0 < len(found.failures) <= found.examples <= 50


def test_nothing_found_means_all_examples_were_judged():
    found = search(NUMBERS, lambda n: None, examples=50, seed=0)
    assert (found.smallest, found.failures, found.examples, found.complete) == (None, [], 50, True)


def test_the_seed_decides_the_examples():
    def examples_of(seed):
        seen = []
        search(NUMBERS, seen.append, examples=20, seed=seed)
        return seen

    assert examples_of(1) == examples_of(1) != examples_of(2)


def test_the_search_ends_soon_after_the_first_failure():
    found = search(NUMBERS, lambda n: Complaint(), examples=1000, seed=0, look_further=10)
    assert found.examples == 11


def test_the_most_frequent_mistake_is_shrunk():
    found = search(
        NUMBERS, lambda n: Complaint("rare") if n % 50 == 0 else Complaint("common"), examples=100, seed=0
    )
    assert found.smallest == (1, Complaint("common"))
    assert {finding.code for _, finding in found.failures} == {"common"}


def test_skipped_examples_do_not_count():
    def judge(n):
        if n % 2:
            raise SkipExample

    found = search(NUMBERS, judge, examples=40, seed=0)
    assert found.examples == 40


def test_a_judge_that_skips_everything_ends():
    def judge(n):
        raise SkipExample

    found = search(NUMBERS, judge, examples=40, seed=0)
    assert (found.examples, found.smallest) == (0, None)


def test_shrinking_is_bounded_by_calls():
    calls = 0

    def judge(raw):
        nonlocal calls
        calls += 1
        return Complaint(text=str(sum(raw))) if sum(raw) > 50_000 else None

    found = search(st.binary(min_size=600, max_size=600), judge, examples=50, seed=0)
    assert found.smallest is not None
    assert calls < SHRINK_CALLS + 150


def test_a_failure_that_does_not_come_back_is_flaky():
    seen = []

    def judge(n):
        seen.append(n)
        return Complaint() if len(seen) == 5 else None

    found = search(NUMBERS, judge, examples=50, seed=0)
    assert found.smallest is None
    assert found.flaky is not None


def test_time_that_is_up_ends_the_search():
    found = search(NUMBERS, lambda n: None, examples=50, seed=0, seconds=0.0)
    assert not found.complete
    assert found.examples == 1


def test_waiting_for_a_processor_does_not_end_the_search():
    def judge(n):
        time.sleep(0.05)  # as on a machine that is busy with something else

    assert search(NUMBERS, judge, examples=30, seed=0, seconds=0.75).complete


def test_exceptions_of_the_judge_leave_unchanged():
    error = LookupError("mine")

    def judge(n):
        raise error

    with pytest.raises(LookupError) as caught:
        search(NUMBERS, judge, examples=10, seed=0)
    assert caught.value is error


SCRIPT = """
import sys
sys.path[:0] = {path!r}
{first}
import dataclasses
import numpy as np, torch
from autograder.checks.gradients import gradients
from autograder.checks.programs import programs
from autograder.checks.inputs import arrays, broadcastable
from hypothesis import strategies as st
from tests.checks import students
relu = lambda x: np.maximum(x, 0)
integers = st.lists(st.integers(-10**6, 10**6), max_size=4).map(lambda n: np.array([*n, 0.5]) / 7)
print(gradients(relu, like=torch.relu, inputs=arrays(), backward=lambda x, v: v * (x > 0.3)))
print(gradients(lambda x: x, like=lambda x: x, inputs=integers, backward=lambda x, v: v * (abs(x) < 1e4)))
print(gradients(lambda a, b: a * b, like=torch.mul, inputs=broadcastable(), tensor=students.NotSummed))
print(programs(students.Recursive))
"""


@pytest.fixture(scope="module")
def verdicts_of_fresh_processes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("constants")
    (folder / "constants_here.py").write_text(
        "NUMBERS = [3, 17, 1000, 4095, 77777]\nB = b'\\x01\\x02\\x03\\x04'\n"
    )
    root = str(__import__("pathlib").Path(__file__).resolve().parents[2])
    clean = {k: v for k, v in os.environ.items() if k not in ("CI", "GITHUB_ACTIONS", "TF_BUILD")}
    settings = [
        ("", clean, root),
        (
            "import constants_here, random; random.seed(5)",
            clean | {"CI": "true", "PYTHONHASHSEED": "77"},
            folder,
        ),
    ]
    outputs = []
    for first, environment, cwd in settings:
        script = SCRIPT.format(path=[str(folder), root], first=first)
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env=environment,
            cwd=cwd,
            capture_output=True,
            timeout=120,
        )
        outputs.append((done.returncode, done.stderr.decode(), done.stdout))
    return folder, outputs


def test_verdicts_do_not_depend_on_the_surroundings(verdicts_of_fresh_processes):
    """Other imports, CI set, another hash seed, another folder: the same bytes."""
    _, outputs = verdicts_of_fresh_processes
    first = outputs[0]
    assert first[0] == 0, first[1]
    assert first[2].count(b"Outcome(") == 4
    assert outputs == [first] * 2


def test_a_search_leaves_no_files_behind(verdicts_of_fresh_processes):
    folder, _ = verdicts_of_fresh_processes
    assert not [p for p in folder.rglob("*") if ".hypothesis" in p.parts and p.is_file()]


@pytest.mark.parametrize("fails", [lambda n: False, lambda n: n > 600])
def test_a_judge_can_prepare_for_exactly_what_it_will_be_asked(fails):
    prepared, judged = [], []

    def judge(n):
        judged.append(n)
        return Complaint() if fails(n) else None

    def plain(n):
        return Complaint() if fails(n) else None

    with_it = search(NUMBERS, judge, examples=80, seed=0, prepare=lambda ahead: prepared.append(list(ahead)))
    explored = [n for ahead in prepared for n in ahead]
    assert judged[: len(explored)] == explored
    assert len(explored) == with_it.examples
    assert max(map(len, prepared)) > 1
    assert with_it == search(NUMBERS, plain, examples=80, seed=0)


def test_a_strategy_that_rejects_nearly_everything_comes_to_an_end():
    found = search(NUMBERS.filter(lambda n: n == 1001), lambda n: Complaint(), examples=5, seed=0)
    assert (found.examples, found.smallest) == (0, None)


def test_drawing_without_notes_makes_the_same_choices(monkeypatch: pytest.MonkeyPatch):
    strategies = [
        st.lists(st.integers(0, 30), min_size=1, unique=True),
        st.one_of(st.floats(-1, 1), st.text(max_size=5), st.none()),
        st.integers(0, 9).filter(lambda n: n % 3 == 0).flatmap(lambda n: st.lists(st.just(n), max_size=n)),
        st.recursive(st.booleans(), lambda inner: st.tuples(inner, inner), max_leaves=5),
        st.dictionaries(st.integers(), st.binary(max_size=3), max_size=4),
    ]

    def drawn():
        return [list(itertools.islice(search_module._drawn(s, 50, 3), 50)) for s in strategies]

    without = drawn()
    monkeypatch.setattr(search_module, "_Draws", ConjectureData)
    assert without == drawn()
