"""Variants: the reference with a few definitions replaced, wherever they stand."""

from __future__ import annotations

import pytest

from autograder.errors import UsageError
from autograder.notebook.read import from_percent
from autograder.notebook.variant import describe, variant

REFERENCE = '''\
# %% [markdown]
# # Title

# %%
import functools

SCALE = 2

# %%
@functools.cache
def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return SCALE * x
    ### END SOLUTION


def triple(x):
    return 3 * x

# %%
class Number:
    kind = "exact"

    def __init__(self, value):
        self.value = value
        # a comment

    def plus(self, other): return Number(self.value + other.value)
    def minus(self, other): return Number(self.value - other.value)

# %%
a, b = 1, 2
b = 3
'''


def names(text: str) -> dict[str, object]:
    namespace: dict[str, object] = {}
    for cell in from_percent(text).cells:
        exec(cell.source, namespace)
    return namespace


def test_a_function_takes_the_place_of_the_one_of_its_name() -> None:
    """Decorator, solution markers and all; the rest of the reference keeps its text and its cells."""
    text = variant(REFERENCE, "def double(x):\n    return x + x + 1\n")
    space = names(text)
    assert space["double"](3) == 7  # type: ignore[operator]
    assert "functools.cache" not in text
    assert "SOLUTION" not in text
    before, after = REFERENCE.split("@functools")[0], "def triple" + REFERENCE.split("def triple")[1]
    assert text.startswith(before)
    assert text.endswith(after)
    assert len(from_percent(text).cells) == len(from_percent(REFERENCE).cells)


def test_decorators_and_inner_comments_of_the_patch_are_kept() -> None:
    patch = "@functools.lru_cache\ndef triple(x):\n    # three\n    return 4 * x\n"
    assert patch + "\n# %%\n" in variant(REFERENCE, patch)


def test_an_assignment_is_replaced() -> None:
    assert names(variant(REFERENCE, "SCALE = 5\n"))["double"](1) == 5  # type: ignore[operator]


def test_several_definitions_are_replaced_in_any_order() -> None:
    space = names(variant(REFERENCE, "def triple(x):\n    return 0\n\n\nSCALE = 7\n"))
    assert space["triple"](1) == 0  # type: ignore[operator]
    assert space["double"](1) == 7  # type: ignore[operator]


def test_a_class_is_replaced_member_by_member() -> None:
    patch = "class Number:\n    def __init__(self, v):\n        self.value = v + 1\n\n    kind = 'wrong'\n"
    text = variant(REFERENCE, patch)
    number = names(text)["Number"](1)  # type: ignore[operator]
    assert (number.kind, number.value) == ("wrong", 2)
    assert number.minus(number).value == 1
    assert "a comment" not in text


def test_a_helper_stands_in_front_of_the_definition_that_follows_it() -> None:
    text = variant(REFERENCE, "def _one():\n    return 1\n\n\ndef triple(x):\n    return _one()\n")
    assert "def _one():\n    return 1\n\n\ndef triple(x):\n    return _one()\n\n# %%" in text


def test_an_empty_patch_changes_nothing() -> None:
    assert variant(REFERENCE, '"""Nothing."""\n') == REFERENCE


@pytest.mark.parametrize(
    ("patch", "named"),
    [
        ("def quadruple(x):\n    return 4 * x\n", "quadruple"),
        ("class Number:\n    def times(self):\n        pass\n", "times"),
        ("b = 4\n\nc = 5\n", "c"),
        ("print(1)\n", r"print\(1\)"),
        ("a, b = 4, 5\n", r"a, b"),
        ("def _helper():\n    pass\n", "_helper"),
        ("def double(x:\n", "line 1 of the patch"),
    ],
)
def test_what_the_reference_does_not_define_is_refused_by_name(patch: str, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        variant(REFERENCE, patch)


def test_a_name_that_is_defined_twice_cannot_be_replaced() -> None:
    with pytest.raises(UsageError, match="defines once: SCALE"):
        variant(REFERENCE + "\nSCALE = 3\n", "SCALE = 4\n")


def test_the_docstring_names_the_mistake_and_the_questions() -> None:
    patch = describe('"""Off by one.\n\nBecause of range.\n\nrejected by: 1.2, 3.4\n"""\n')
    assert patch.mistake == "Off by one."
    assert patch.rejected_by == ("1.2", "3.4")


@pytest.mark.parametrize(
    "docstring", ["", '"""Off by one."""', '"""rejected by: 1.2"""', '"""Off by one.\n\nrejected by: \n"""']
)
def test_a_docstring_without_mistake_or_questions_is_refused(docstring: str) -> None:
    with pytest.raises(UsageError, match="docstring"):
        describe(docstring + "\nx = 1\n")
