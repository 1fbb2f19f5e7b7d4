"""What is excluded is found however it is written, and nothing else is."""

from __future__ import annotations

import textwrap
import time

import pytest

from autograder.checks.forbidden import forbidden, uses
from autograder.verdict import Verdict

CONV = "torch.nn.functional.conv2d"
EXCLUDED = ["torch.optim", CONV, "numpy.convolve"]


def found(*cells: str, about: str = "solution", excluded: list[str] = EXCLUDED) -> list[str]:
    sources = {number: textwrap.dedent(source).strip() for number, source in enumerate(cells, start=1)}
    return [use.name for use in uses(sources, excluded, about=[about])]


REJECTED = {
    "full name": ["import torch.nn.functional", "def solution(x): return torch.nn.functional.conv2d(x, x)"],
    "alias of the module": ["import torch.nn.functional as F", "def solution(x): return F.conv2d(x, x)"],
    "alias of a parent": ["from torch import nn as n", "solution = lambda x: n.functional.conv2d(x, x)"],
    "from import": ["from torch.nn.functional import conv2d", "def solution(x): return conv2d(x, x)"],
    "renamed": ["from torch.nn.functional import conv2d as c", "def solution(x): return c(x, x)"],
    "star": ["from torch.nn.functional import *", "def solution(x): return conv2d(x, x)"],
    "own name": ["import torch", "mine = torch.nn.functional.conv2d", "def solution(x): return mine(x, x)"],
    "the solution is it": ["import torch", "solution = torch.nn.functional.conv2d"],
    "getattr": ["import torch.nn.functional as F", "def solution(x): return getattr(F, 'conv2d')(x, x)"],
    "__dict__": ["import torch.nn.functional as F", "def solution(x): return F.__dict__['conv2d'](x, x)"],
    "vars": ["import torch.nn.functional as F", "def solution(x): return vars(F)['conv2d'](x, x)"],
    "dynamic import": [
        "import importlib",
        "def solution(x): return importlib.import_module('torch.nn.functional').conv2d(x, x)",
    ],
    "dunder import": ["def solution(x): return __import__('torch').nn.functional.conv2d(x, x)"],
    "sys.modules": ["import sys", "def solution(x): return sys.modules['torch'].nn.functional.conv2d(x, x)"],
    "import inside": [
        "def solution(x):\n    from torch.nn import functional as F\n    return F.conv2d(x, x)"
    ],
    "local alias": [
        "import torch",
        "def solution(x):\n    t = torch\n    f = t.nn.functional\n    return f.conv2d(x, x)",
    ],
    "default value": ["import torch", "def solution(x, f=torch.nn.functional.conv2d): return f(x, x)"],
    "handed on": ["import torch", "def solution(x): return apply(torch.nn.functional.conv2d, x)"],
    "helper": [
        "import torch.nn.functional as F",
        "def helper(x): return F.conv2d(x, x)",
        "def middle(x): return [helper(y) for y in x]",
        "def solution(x): return middle(x)",
    ],
    "method of a class": [
        "import torch.nn.functional as F",
        "class Helper:\n  def run(self, x): return self.go(x)\n  def go(self, x): return F.conv2d(x, x)",
        "def solution(x): return Helper().run(x)",
    ],
    "method of an object": [
        "import torch.nn.functional as F",
        "class Helper:\n    def run(self): return F.conv2d(1, 1)",
        "class Outer:\n    def __init__(s): s.inner = Helper()\n    def go(self): return self.inner.run()",
        "def solution(x):\n    outer = Outer()\n    return outer.go()",
    ],
    "class itself": [
        "import torch.nn.functional as F",
        "class solution:\n    def forward(self, x): return F.conv2d(x, x)",
    ],
    "attached later": [
        "import torch.nn.functional as F",
        "class solution: pass",
        "def forward(self, x): return F.conv2d(x, x)",
        "solution.forward = forward",
    ],
    "under an if": ["import torch", "if True:\n    def solution(x): return torch.nn.functional.conv2d(x, x)"],
    "in a cell with magics": [
        "%matplotlib inline\nimport torch.nn.functional as F\nfiles = !ls",
        "def solution(x): return F.conv2d(x, x)",
    ],
    "tried": [
        "try:\n    import torch.nn.functional as F\nexcept ImportError:\n    F = None",
        "def solution(x): return F.conv2d(x, x)",
    ],
}


@pytest.mark.parametrize("cells", REJECTED.values(), ids=REJECTED)
def test_a_use_is_found(cells: list[str]) -> None:
    assert CONV in found(*cells)


ACCEPTED = {
    "local variable": ["import torch", "def solution(x):\n    conv2d = x\n    return conv2d + 1"],
    "argument": ["import torch.nn.functional as F", "def solution(F): return F.conv2d(1)"],
    "own function": [
        "import torch",
        "def conv2d(x, k): return x * k",
        "def solution(x): return conv2d(x, x)",
    ],
    "own function after an import": [
        "from torch.nn.functional import *",
        "def conv2d(x, k): return x * k",
        "def solution(x): return conv2d(x, x)",
    ],
    "own class": [
        "class torch:\n    class optim: pass",
        "def solution(x): return torch.optim",
    ],
    "comment and text": [
        "import torch",
        "def solution(x):\n    '''torch.optim'''\n    return 'F.conv2d'  # F.conv2d",
    ],
    "another question": [
        "import torch.nn.functional as F",
        "def solution(x): return x",
        "def other(x): return F.conv2d(x, x)",
    ],
    "a figure": [
        "import torch.nn.functional as F",
        "def solution(x): return x",
        "print(F.conv2d(1, solution(1)))",
    ],
    "an earlier version": [
        "import torch.nn.functional as F",
        "def solution(x): return F.conv2d(x, x)",
        "def solution(x): return x",
    ],
    "something else of the module": ["import torch", "def solution(x): return torch.nn.functional.relu(x)"],
    "a name that begins alike": ["import torch", "def solution(x): return torch.optimum(x)"],
    "an annotation": ["import torch", "def solution(x: torch.optim.Adam) -> torch.optim.Adam: return x"],
    "another method of a class": [
        "import torch.nn.functional as F",
        "class Helper:\n    def run(self, x): return x\n    def compare(self, x): return F.conv2d(x, x)",
        "def solution(x): return Helper().run(x)",
    ],
    "a method of arrays with the name of one attached": [
        "import torch.nn.functional as F",
        "class Tensor: pass",
        "def op_sum(a): return F.conv2d(a, a)",
        "Tensor.sum = op_sum",
        "def solution(x): return Tensor(), x.sum()",
    ],
    "a method of numpy with the name of one of a class": [
        "import numpy as np, torch",
        "class Tensor:\n    def exp(self): return torch.optim",
        "def solution(x): return Tensor(np.exp(x).exp())",
    ],
    "broken cell": ["import torch", "def solution(x): return x", "torch.optim.("],
}


@pytest.mark.parametrize("cells", ACCEPTED.values(), ids=ACCEPTED)
def test_what_only_looks_alike_is_left_alone(cells: list[str]) -> None:
    assert found(*cells) == []


def test_all_of_an_excluded_module_is_excluded() -> None:
    assert found("import torch as t", "def solution(x): return t.exp(x)", excluded=["torch"]) == ["torch.exp"]
    assert found("def solution(x):\n    import torch", excluded=["torch"]) == ["torch"]
    assert found("import torchvision", "solution = torchvision.io", excluded=["torch"]) == []


def test_functions_that_call_each_other_are_followed_once() -> None:
    cells = [
        "import torch",
        "def solution(x): return other(x)",
        "def other(x): return solution(x), torch.optim",
    ]
    assert found(*cells) == ["torch.optim"]


def test_the_outcome_names_the_use_and_its_place() -> None:
    cells = {1: "import torch.nn.functional as F", 4: "def conv(x, k):\n    y = x\n    return F.conv2d(y, k)"}
    outcome = forbidden(cells, [CONV], about=["conv"])
    assert (outcome.verdict, outcome.code) == (Verdict.FAIL, "forbidden")
    assert outcome.message == f"Your solution uses {CONV}, which is excluded here."
    assert outcome.where is not None
    assert outcome.where.to_json() == {"cell": 4, "line": 3, "source": "return F.conv2d(y, k)"}
    assert forbidden(cells, ["torch.optim"], about=["conv"]).passed


def test_cells_that_no_parser_takes_are_passed_over() -> None:
    """They are somewhere else in the notebook; too large a tree must not take the grader's memory."""
    solution = "import torch.nn.functional as F\ndef solution(x): return F.conv2d(x, x)"
    assert found("y = " + "-" * 5000 + "1", "z = [" + "1," * 200_000 + "]", solution) == [CONV]


HARD = {  # all that a cell may have, made as hard to look through as it can be
    "a chain of functions": "\n".join(f"def f{i}(): return f{i + 1}()" for i in range(7000)),
    "a chain of classes": "\n".join(f"class f{i}(f{i + 1}): pass" for i in range(7000)),
    "names for one thing": " = ".join([*(f"f{i}" for i in range(23_000)), "x"]),
    "names from one module": "from m import " + ", ".join(f"f{i}" for i in range(25_000)),
    "a name that grows": "import os as f0\n"
    + "\n".join(f"f{i + 1} = f{i}.x" for i in range(10_000))
    + "\nf0 = f9999",
    "a deep expression": "f0 = x" + "(1)" * 2500 + " + x" * 300,
    "deep attributes": "f0 = x\n" + ("f0 = f0" + ".a" * 2500 + "\n") * 38,
}


@pytest.mark.parametrize("cell", HARD.values(), ids=HARD)
def test_no_cell_keeps_the_grader_busy_or_hides_a_use(cell: str) -> None:
    """It is looked at in the grader, where nothing limits time and memory."""
    assert len(cell) < 200_000
    started = time.process_time()
    solution = f"import torch\ndef solution(x):\n    f0()\n    return {CONV}(x, x)"
    assert CONV in found(cell, solution)
    assert time.process_time() - started < 15  # takes 1 to 3


def test_a_cell_too_long_to_be_parsed_hides_nothing() -> None:
    padding = "# " + "x" * 200_000
    cell = f"{padding}\nimport torch\nhidden = [{CONV}]\ndef solution(x): return hidden[0](x, x)"
    (use,) = uses({1: cell}, EXCLUDED, about=["solution"])
    assert (use.name, use.cell, use.line) == (CONV, 1, 3)
    assert found(f"{padding}\nimport torch\ndef solution(x): return my_conv2d(x)") == []
