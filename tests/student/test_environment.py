from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autograder.errors import UsageError
from autograder.student import StudentProcess

if TYPE_CHECKING:
    from tests.student.conftest import Opener


def test_no_variable_of_the_grader_gets_through(monkeypatch: pytest.MonkeyPatch, notebook: Opener) -> None:
    for name in ("GITHUB_TOKEN", "PYTEST_ADDOPTS", "PYTHONPATH", "PYTHONSTARTUP", "CI", "AUTOGRADER_SECRET"):
        monkeypatch.setenv(name, "secret")
    process = notebook("import os\nvariables = dict(os.environ)\nhome = os.path.expanduser('~')")
    variables = process.student.variables
    assert "secret" not in variables.values()
    assert not {"GITHUB_TOKEN", "PYTEST_CURRENT_TEST", "CI"} & variables.keys()
    assert (variables["PYTHONHASHSEED"], variables["OMP_NUM_THREADS"]) == ("0", "1")
    assert process.student.home != str(Path.home())


def test_files_lie_in_a_private_working_directory(notebook: Opener, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2")
    (tmp_path / "helper.py").write_text("ANSWER = 42")
    process = notebook(
        "import os, tempfile\nfrom helper import ANSWER\ntext = open('sub/data.csv').read()\n"
        "open('sub/data.csv', 'w').write('changed')\n"
        "names = sorted(os.listdir())\nwork = os.getcwd()\nmode = os.stat('..').st_mode & 0o777\n"
        "temporary = tempfile.gettempdir()",
        files={"sub/data.csv": tmp_path / "data.csv", "helper.py": tmp_path / "helper.py"},
    )
    student = process.student
    assert (student.ANSWER, student.text, student.names) == (42, "1,2", ["helper.py", "sub"])
    assert (tmp_path / "data.csv").read_text() == "1,2"
    assert student.mode == 0o700
    assert Path(student.temporary).parent == Path(student.work).parent


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", ""])
def test_files_cannot_be_put_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(UsageError):
        StudentProcess.spawn(files={name: tmp_path / "x"})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"data\.csv"):
        StudentProcess.spawn(files={"data.csv": tmp_path / "data.csv"})


def test_the_graders_tools_are_not_in_the_process(notebook: Opener) -> None:
    process = notebook("import sys\nmodules = sorted(sys.modules)\npath = list(sys.path)")
    modules = set(process.student.modules)
    for name in ("pytest", "_pytest", "hypothesis", "torch", "nbclient", "zmq", "psutil", "matplotlib"):
        assert name not in modules
    assert not [
        name
        for name in modules
        if name.startswith(
            ("autograder.checks", "autograder.grading", "autograder.notebook", "autograder.reports")
        )
    ]


def test_the_tests_of_a_source_checkout_cannot_be_imported(notebook: Opener) -> None:
    process = notebook(
        "def found(name):\n    import importlib.util\n    return importlib.util.find_spec(name) is not None"
    )
    assert process.student.found("numpy")
    assert not process.student.found("tests")
    assert not process.student.found("assignments")


def test_descriptors_of_the_grader_are_closed(notebook: Opener, tmp_path: Path) -> None:
    with (tmp_path / "gradebook").open("w") as gradebook:
        os.set_inheritable(gradebook.fileno(), True)
        process = notebook(
            "import os\nfolder = '/proc/self/fd'\n"
            "open_files = [os.path.realpath(f'{folder}/{n}') for n in os.listdir(folder)]"
        )
    assert not [name for name in process.student.open_files if "gradebook" in name]


def test_threads_are_one_and_sets_are_in_order(notebook: Opener) -> None:
    cell = (
        "import os, numpy as np\nnp.ones((50, 50)) @ np.ones((50, 50))\n"
        "threads = len(os.listdir('/proc/self/task'))\norder = str({'a', 'b', 'c', 'd'})"
    )
    first, second = notebook(cell).student, notebook(cell).student
    assert first.threads == 1
    assert first.order == second.order


def test_preloaded_modules_are_there_before_the_first_cell(notebook: Opener) -> None:
    process = notebook("import sys\nthere = 'fractions' in sys.modules", preload=("fractions",))
    assert process.student.there is True


def test_classes_of_the_notebook_can_be_pickled_inside(notebook: Opener) -> None:
    process = notebook("import pickle\nclass A: x = 1\nok = pickle.loads(pickle.dumps(A())).x")
    assert process.student.ok == 1


def test_importing_the_kernel_brings_nothing_of_the_grader() -> None:
    code = "import sys, autograder.student.kernel; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = done.stdout.split()
    assert "autograder.student.process" not in names
    assert not {"pytest", "hypothesis", "torch", "nbclient", "psutil"} & set(names)
