"""One assignment with torch and one with numpy, each for three graders: ours, nbgrader and otter.

The cells are the same, and so is what the tests ask; only the form differs.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

TORCH_CELLS = (
    """
    import torch
    from torch import nn
    torch.manual_seed(0)
    x = torch.rand(1000, 2) * 2 - 1
    y = (x ** 2).sum(dim=1, keepdim=True)
    """,
    """
    def make_network():
        return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
    """,
    """
    def train(network, steps, rate=0.01):
        optimizer = torch.optim.Adam(network.parameters(), lr=rate)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(network(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses
    """,
    """
    network = make_network()
    losses = train(network, 1200)
    print(losses[0], losses[-1])
    """,
    """
    def predict(a, b):
        return network(torch.tensor([[a, b]])).item()
    """,
)
TORCH_TESTS = (
    ("1.1", "make_network() has 65 parameters", "student.sum_of_sizes() == 65"),
    ("1.2", "training reaches a small loss", "student.losses[-1] < 0.01"),
    ("1.3", "predict(0.5, 0.5) is near 0.5", "abs(student.predict(0.5, 0.5) - 0.5) < 0.2"),
    ("1.4", "another training goes down", "student.train_again(20) < 1"),
)
TORCH_HELPERS = """
    def sum_of_sizes():
        return sum(p.numel() for p in make_network().parameters())

    def train_again(steps):
        losses = train(make_network(), steps)
        return losses[-1] / losses[0]
    """

NUMPY_CELLS = (
    """
    import numpy as np
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (200, 3))
    y = x @ np.array([1.0, -2.0, 3.0])
    """,
    """
    def loss(w):
        return np.mean((x @ w - y) ** 2)
    """,
    """
    def gradient(w):
        return 2 * x.T @ (x @ w - y) / len(x)
    """,
    """
    def descend(w, steps, rate=0.5):
        for _ in range(steps):
            w = w - rate * gradient(w)
        return w
    """,
    """
    w = descend(np.zeros(3), 8000)
    print(loss(w))
    """,
)
NUMPY_TESTS = (
    ("1.1", "the loss of the truth is 0", "student.loss_of(1.0, -2.0, 3.0) < 1e-12"),
    ("1.2", "the gradient of the truth is 0", "student.steepness(1.0, -2.0, 3.0) < 1e-12"),
    ("1.3", "descend finds the truth", "student.loss_of(*[float(v) for v in student.w]) < 1e-9"),
    ("1.4", "one step goes down", "student.after_one_step() < student.loss_of(0.0, 0.0, 0.0)"),
)
NUMPY_HELPERS = """
    def loss_of(a, b, c):
        return float(loss(np.array([a, b, c])))

    def steepness(a, b, c):
        return float(np.abs(gradient(np.array([a, b, c]))).max())

    def after_one_step():
        return float(loss(descend(np.zeros(3), 1)))
    """
POINTS = 4


@dataclass(frozen=True)
class Work:
    """An assignment."""

    name: str
    cells: tuple[str, ...]
    """Sources of the solved notebook."""
    tests: Sequence[tuple[str, str, str]]
    """Question, title, and the expression that has to be true; ``student`` has the notebook's names."""
    preload: tuple[str, ...]


def _work(
    name: str, cells: Sequence[str], helpers: str, tests: Sequence[tuple[str, str, str]], *preload: str
) -> Work:
    sources = tuple(textwrap.dedent(cell).strip() for cell in (*cells, helpers))
    return Work(name, sources, tests, preload)


WORKS = (
    _work("torch", TORCH_CELLS, TORCH_HELPERS, TORCH_TESTS, "torch", "torch._dynamo"),
    _work("numpy", NUMPY_CELLS, NUMPY_HELPERS, NUMPY_TESTS, "numpy"),
)


def without_student(expression: str) -> str:
    """The expression among the notebook's own names."""
    return expression.replace("student.", "")


def test_functions(work: Work) -> str:
    """Source of our tests."""
    lines = ["from __future__ import annotations", "", "from autograder import question"]
    for number, (question, title, expression) in enumerate(work.tests):
        lines += [
            *("", "", f'@question("{question}", points=1)', f"def test_{number}(student):"),
            *(f'    """{title}"""', f"    assert {expression}"),
        ]
    return "\n".join([*lines, ""])


def notebook(cells: Sequence[NotebookNode]) -> NotebookNode:
    made = nbformat.v4.new_notebook(cells=list(cells))
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell{number}"
    return made


def plain(work: Work) -> NotebookNode:
    """The solved notebook."""
    return notebook([nbformat.v4.new_code_cell(source) for source in work.cells])


def course(root: Path, works: Sequence[Work] = WORKS) -> None:
    """Our course."""
    for work in works:
        folder = root / "assignments" / work.name
        folder.mkdir(parents=True)
        preload = ", ".join(f'"{module}"' for module in work.preload)
        (folder / "assignment.toml").write_text(
            f'title = "{work.name}"\nnotebook = "work.ipynb"\npreload = [{preload}]\n'
        )
        (folder / "test_work.py").write_text(test_functions(work))
        nbformat.write(plain(work), folder / "work.ipynb")


def hand_in(folder: Path, work: Work, students: int) -> Path:
    """A folder of solved notebooks, as ours takes it."""
    folder.mkdir(parents=True)
    for number in range(students):
        nbformat.write(plain(work), folder / f"student{number:05}.ipynb")
    return folder


def _nbgrader_cell(source: str, id: str, **what: object) -> NotebookNode:
    about = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return nbformat.v4.new_code_cell(
        source, metadata={"nbgrader": {**about, "grade_id": id, "cell_type": "code", **what}}
    )


def nbgrader_notebook(work: Work) -> NotebookNode:
    """The solved notebook with its tests, as nbgrader marks them."""
    solutions = [_nbgrader_cell(s, f"solution{n}", solution=True) for n, s in enumerate(work.cells)]
    tests = [
        _nbgrader_cell(f"assert {without_student(expression)}", f"test{n}", grade=True, locked=True, points=1)
        for n, (_, _, expression) in enumerate(work.tests)
    ]
    return notebook([*solutions, *tests])


def nbgrader_course(root: Path, work: Work, students: int) -> None:
    """A course of nbgrader with what students have handed in; its assignment is still to be generated."""
    root.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.course_id = "bench"\nc.CourseDirectory.root = {str(root)!r}\n'
    )
    places = [root / "source", *(root / "submitted" / f"student{n:05}" for n in range(students))]
    for place in places:
        (place / "work").mkdir(parents=True)
        nbformat.write(nbgrader_notebook(work), place / "work" / "work.ipynb")


def otter_course(root: Path, work: Work) -> None:
    """Tests and a submission for otter; its autograder is still to be generated."""
    (root / "tests").mkdir(parents=True)
    for number, (_, _, expression) in enumerate(work.tests):
        case = {"code": f">>> assert {without_student(expression)}\n", "hidden": False, "locked": False}
        suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": f"q{number}", "points": 1, "suites": [suite]}
        (root / "tests" / f"q{number}.py").write_text(f"OK_FORMAT = True\n\ntest = {test!r}\n")
    nbformat.write(plain(work), root / "work.ipynb")
