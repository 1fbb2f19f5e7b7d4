"""Make the sample class of assignment 01: notebooks as students hand them in, and the grade each must get.

    python -m tests.class.make        writes tests/class/01_autograd/ anew

What each must get stands in the table ``CLASS`` below, with the reason; the grader has no say in it. The same
sources give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.verify.questions import builds_on, questions

from .notebooks import (
    ASSIGNMENT,
    Cell,
    Style,
    alternative,
    before,
    cell_after,
    find,
    notebook,
    notebook_v3,
    solved,
    swap,
    unsolved,
    without,
)

OUT = Path(__file__).parent / ASSIGNMENT.name

FAIL, ERROR, NOT_ATTEMPTED, SKIPPED = "fail", "error", "not attempted", "skipped"


@dataclass(frozen=True)
class Submission:
    name: str
    content: Callable[[], bytes]
    why: str
    """Why it gets what it gets."""
    broken: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Questions that do not pass by themselves: verdict, and the points of those of their tests that pass."""
    all: str = ""
    """The verdict of every question by itself, where it is the same."""


def saved(make: Callable[[], list[Cell]], **style: Any) -> Callable[[], bytes]:
    return lambda: notebook(make(), Style(**style))


def half_solved() -> list[Cell]:
    """Solved as far as 2.8."""
    done, todo = solved(), unsolved()
    index = find(done, "def op_relu(")
    return done[:index] + todo[index:]


PART_2_REST = [f"2.{number}" for number in range(9, 18)]

CLASS = [
    Submission("correct_reference", saved(solved), "all right, with figures and printed lines"),
    Submission(
        "correct_closures",
        saved(lambda: alternative("closures_and_recursive_sort"), counts=lambda n: 3 * n + 4),
        "micrograd's design; cells were run several times",
    ),
    Submission(
        "correct_operation_classes",
        saved(lambda: alternative("operation_classes"), outputs=False),
        "a class for each operation, gradients None at first; outputs cleared",
    ),
    Submission("correct_tape", saved(lambda: alternative("tape")), "a global tape"),
    Submission(
        "correct_value_and_gradient",
        saved(lambda: alternative("value_and_gradient_by_counting")),
        "attributes have other names",
    ),
    Submission(
        "correct_gradients_are_tensors",
        saved(lambda: alternative("gradients_are_tensors"), kernel="deep-learning"),
        "gradients are tensors; a kernel of the student's own making",
    ),
    # The usual mistakes
    Submission(
        "wrong_upstream_ignored",
        saved(lambda: solved("relu_backward_ignores_upstream")),
        "1.2 returns the slope alone; a.relu() is built on it",
        {"1.2": (FAIL, 0)},
    ),
    Submission(
        "wrong_mask_and_sign",
        saved(lambda: solved("relu_backward_mask_at_half", "div_second_gradient_sign")),
        "two mistakes: the corner of relu is at 0.5, and the denominator's gradient lacks its minus",
        {"1.2": (FAIL, 0), "2.6": (FAIL, 0)},
    ),
    Submission(
        "wrong_biases_and_mean",
        saved(lambda: solved("network_biases_swapped", "l2_sum_instead_of_mean")),
        "two mistakes: biases of the hidden layers swapped, sum instead of mean; 1.5 and 4.2 build on them",
        {"1.4": (FAIL, 0), "3.1": (FAIL, 0)},
    ),
    Submission(
        "wrong_overwritten_gradient",
        saved(lambda: solved("backward_overwrites_within_one_pass")),
        "the second of two gradients replaces the first",
        {"2.2": (FAIL, 0)},
    ),
    Submission(
        "wrong_visiting_order",
        saved(lambda: solved("backward_as_queue")),
        "breadth first: a shared tensor is visited too early",
        {"2.2": (FAIL, 0)},
    ),
    Submission(
        "wrong_second_backward",
        saved(lambda: solved("backward_lets_old_gradients_travel_again")),
        "gradients travel in .grad, so those of the first pass travel again; 2.17 does not need 2.3",
        {"2.3": (FAIL, 0)},
    ),
    Submission(
        "wrong_broadcasting_and_mean",
        saved(lambda: solved("unbroadcast_drops_axes_of_length_one", "mean_divides_by_all_numbers")),
        "two mistakes: axes of length 1 are dropped; mean divides by all numbers (sum is right)",
        {"2.11": (ERROR, 0), "2.13": (FAIL, 1)},
    ),
    Submission(
        "wrong_matmul",
        saved(lambda: solved("matmul_second_gradient_transposed")),
        "the gradient of the second factor is transposed",
        {"2.14": (FAIL, 0)},
    ),
    Submission(
        "wrong_transpose",
        saved(lambda: solved("transpose_gradient_same_axes")),
        "the axes are not undone: a gradient of the wrong shape; reshape is right and earns its point",
        {"2.15": (ERROR, 1)},
    ),
    Submission(
        "wrong_index",
        saved(lambda: solved("index_repeated_picks_count_once")),
        "repeated picks count once",
        {"2.16": (FAIL, 0)},
    ),
    Submission(
        "wrong_cross_entropy_overflows",
        saved(lambda: solved("cross_entropy_overflows")),
        "right for small logits, which earns 2 points, and not a number for large ones",
        {"3.2": (FAIL, 2)},
    ),
    Submission(
        "wrong_gradients_kept",
        saved(lambda: solved("descend_keeps_gradients")),
        "gradients pile up from step to step; training builds on it",
        {"4.1": (FAIL, 0)},
    ),
    # Not finished
    Submission(
        "unsolved", saved(unsolved, outputs=False), "handed in as it was handed out", all=NOT_ATTEMPTED
    ),
    Submission(
        "half_solved",
        saved(half_solved, last=24),
        "solved as far as 2.8",
        dict.fromkeys([*PART_2_REST, "3.1", "3.2", "4.1", "4.2"], (NOT_ATTEMPTED, 0)),
    ),
    # Trouble while it runs
    Submission(
        "trouble_syntax_error",
        saved(lambda: swap(solved(), "def op_mul(a, b):", "def op_mul(a, b)")),
        "the cell of op_mul cannot be read, all others run",
        {"2.5": (ERROR, 0)},
    ),
    Submission(
        "trouble_exception_midway",
        saved(
            lambda: before(solved(), "def op_matmul(", "assert (Tensor([[1.0]]) @ Tensor([[2.0]])).data == 2")
        ),
        "a test of its own comes before the definition, so the cell ends early and op_matmul does not exist",
        {"2.14": (ERROR, 0)},
    ),
    Submission(
        "trouble_loop_in_a_cell",
        saved(
            lambda: cell_after(
                solved(), "trained = train(", "loss = 1.0\nwhile loss > 1e-3:\n    pass  # TODO train more"
            ),
            last=40,
        ),
        "a cell that never ends is skipped; it defines nothing that is asked for",
    ),
    Submission(
        "trouble_loop_in_a_function",
        saved(lambda: swap(solved(), "np.add.at(gradient, index, upstream)", "while True: index = index")),
        "the gradient of an indexed tensor never comes",
        {"2.16": (ERROR, 0)},
    ),
    Submission(
        "trouble_sys_exit",
        saved(
            lambda: swap(
                cell_after(solved(), "def op_tanh(", "import sys\nsys.exit('enough for today')"),
                "    return ((prediction - y) ** 2).mean()",
                "    import sys\n    sys.exit(0)",
            )
        ),
        "sys.exit ends its cell, which costs nothing, and the call of l2_loss, which costs 3.1",
        {"3.1": (ERROR, 0)},
    ),
    Submission(
        "trouble_os_exit",
        saved(
            lambda: swap(
                cell_after(solved(), "def l2_loss(", "import os\nos._exit(0)"),
                "    value = np.exp(a.data)",
                "    import os\n    os._exit(0)",
            )
        ),
        "the process ends in a cell, which is skipped from then on, and in each call of exp",
        {"2.8": (ERROR, 0)},
    ),
    Submission(
        "trouble_killed_kernel",
        saved(
            lambda: before(
                solved(),
                "def op_reshape(",
                "import os, signal\n\nos.kill(os.getpid(), getattr(signal, 'SIGKILL', 15))",
            )
        ),
        "the kernel dies in the cell of reshape and transpose, so they do not exist",
        {"2.15": (ERROR, 0)},
    ),
    Submission(
        "trouble_endless_output",
        saved(
            lambda: before(solved(), "def descend(", "while True:\n    print('loss', 0.25, 'and falling')")
        ),
        "the cell of descend prints until it is stopped, so descend does not exist",
        {"4.1": (ERROR, 0)},
    ),
    Submission(
        "trouble_10_gigabytes",
        saved(
            lambda: swap(
                solved(),
                "    n = len(labels)\n",
                "    n = len(labels)\n    one_hot = np.ones((n, 10 * 2**30 // 8))  # enough for any class\n",
            )
        ),
        "cross_entropy asks for 10 GiB per row",
        {"3.2": (ERROR, 0)},
    ),
    Submission(
        "trouble_deep_recursion",
        saved(
            lambda: swap(
                solved(), "    return as_tensor(other) + t", "    return other + t  # calls t.__radd__ again"
            )
        ),
        "2 + t calls itself for ever",
        {"2.12": (ERROR, 0)},
    ),
    # Trouble with the file
    Submission(
        "file_wrong_kernel_bash",
        saved(solved, kernel="bash", language="bash", outputs=False),
        "all right, saved with a kernel for bash: only the source counts",
    ),
    Submission(
        "file_wrong_kernel_julia",
        saved(lambda: solved("sub_second_gradient_without_sign"), kernel="julia-1.11", language="julia"),
        "one mistake, in a - b; and saved with a kernel that no grader has",
        {"2.4": (FAIL, 0)},
    ),
    Submission(
        "file_cells_out_of_order",
        saved(
            lambda: before(solved(), "def op_relu(", "op_tanh(Tensor(0.0)).data == 0  # looks right"),
            counts=lambda n: 60 - n,
        ),
        "the cell of op_relu uses op_tanh, which stands below it; the student clicked in another order",
        {"2.9": (ERROR, 0)},
    ),
    Submission(
        "file_deleted_cells",
        saved(lambda: without(without(solved(), "def unbroadcast("), "def cross_entropy(")),
        "the cells of unbroadcast and cross_entropy are gone",
        {"2.11": (ERROR, 0), "3.2": (ERROR, 0)},
    ),
    Submission("file_format_3", lambda: notebook_v3(solved()), "all right, in the notebook format of 2013"),
    Submission(
        "file_invalid_json",
        lambda: notebook(solved(), Style())[:20_000].decode(errors="ignore").encode(),
        "the upload broke off",
        all=ERROR,
    ),
    Submission(
        "file_not_a_notebook",
        lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n",
        "a PDF under the name of a notebook",
        all=ERROR,
    ),
    Submission("file_empty", lambda: b"", "nothing in it", all=ERROR),
]

# What each must get


def max_points() -> dict[str, float]:
    """What each question is worth, all its tests together."""
    points: dict[str, float] = {}
    for test in questions(ASSIGNMENT):
        points[test.id] = points.get(test.id, 0) + test.points
    return points


def expected(submission: Submission, points: dict[str, float], needs: dict[str, set[str]]) -> dict[str, Any]:
    """The grade: what the table says, and for the rest what builds on it."""
    own = dict.fromkeys(points, (submission.all, 0)) if submission.all else submission.broken
    questions: dict[str, list[Any]] = {}
    for id, below in needs.items():
        verdicts = {own[needed][0] for needed in below & own.keys()}
        if verdicts - {NOT_ATTEMPTED} or (verdicts and id not in own):
            questions[id] = [SKIPPED, 0]
        else:
            questions[id] = list(own.get(id, ("pass", points[id])))
    return {
        "why": submission.why,
        "score": sum(earned for _, earned in questions.values()),
        "max_score": sum(points.values()),
        "questions": questions,
    }


def files() -> Iterator[tuple[str, bytes]]:
    """Names and contents of all files of the sample class."""
    points, needs = max_points(), builds_on(ASSIGNMENT)
    for submission in CLASS:
        yield f"{submission.name}.ipynb", submission.content()
        rows = expected(submission, points, needs)
        questions = ",\n".join(f'  "{id}": {json.dumps(row)}' for id, row in rows.pop("questions").items())
        head = json.dumps(rows, indent=1, ensure_ascii=False).removesuffix("\n}")
        yield (
            f"{submission.name}.expected.json",
            f'{head},\n "questions": {{\n{questions}\n }}\n}}\n'.encode(),
        )


def main() -> None:
    OUT.mkdir(exist_ok=True)
    made = dict(files())
    for stale in OUT.iterdir():
        if stale.name not in made:
            stale.unlink()
    for name, content in made.items():
        (OUT / name).write_bytes(content)
    print(f"{len(CLASS)} submissions in {OUT}")


if __name__ == "__main__":
    main()
