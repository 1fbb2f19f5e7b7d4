"""What runs inside: the IPython shell that executes the cells.

It differs from the shell behind Jupyter in what a grader must not have: no history file, no input, no
sockets, no threads. Cells are compiled under a file name that holds their number, so that any traceback
leads back to them.
"""

from __future__ import annotations

import base64
import re
import sys
import traceback
import warnings
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.inputtransformer2 import leading_empty_lines
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from traitlets import Type
from traitlets.config import Config

from autograder.student.streams import Outbox, Stream

_CELL_FILE = re.compile(r"<cell (\d{1,9})>")
_NO_INPUT = (
    "a notebook cannot ask for input while it is graded; put the value into the code instead of input()"
)


def cell_of(filename: str) -> int | None:
    """Number of the cell that was compiled under ``filename``, or None."""
    match = _CELL_FILE.fullmatch(filename)
    return int(match[1]) if match else None


class _Compiler(CachingCompiler):
    number = 0

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:  # noqa: ARG002
        return f"<cell {self.number}>"


def _mime(data: dict[str, Any]) -> dict[str, str]:
    """The parts of a display that are text; images as base64, as notebooks have them."""
    bundle = {}
    for name, value in data.items():
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode("ascii")
        if isinstance(name, str) and isinstance(value, str):
            bundle[str(name)] = value.encode("utf-8", "backslashreplace").decode()
    return bundle


class _Publisher(DisplayPublisher):
    outbox: Outbox

    def publish(self, data: Any, metadata: Any = None, *args: Any, **options: Any) -> None:  # noqa: ARG002
        identity = (options.get("transient") or {}).get("display_id")
        identity = str(identity) if identity is not None else None
        self.outbox.put(("display", _mime(data), identity, bool(options.get("update"))))

    def clear_output(self, wait: bool = False) -> None:
        self.outbox.put(("clear", bool(wait)))


class _DisplayHook(DisplayHook):
    outbox: Outbox

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:  # noqa: ARG002
        self.outbox.put(("result", _mime(format_dict)))

    def finish_displayhook(self) -> None:
        self._is_active = False


class _Profile(ProfileDir):
    """The profile's folder without the folders of Jupyter's servers in it."""

    def check_dirs(self) -> None:
        """Make none."""

    check_security_dir = check_log_dir = check_pid_dir = check_startup_dir = check_dirs


class CellShell(InteractiveShell):
    """The shell; there is one for a process."""

    compiler_class = Type(_Compiler)
    displayhook_class = Type(_DisplayHook)
    display_pub_class = Type(_Publisher)

    @classmethod
    def create(cls, outbox: Outbox) -> CellShell:
        """Make the shell and let it print to ``outbox``."""
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        config.InteractiveShell.colors = "nocolor"
        config.CellShell.autoindent = False
        shell: CellShell = cls.instance(config=config)
        for part in (shell.display_pub, shell.displayhook):
            part.outbox = outbox  # type: ignore[union-attr]
        sys.stdout = Stream(outbox, "stdout", 1)
        sys.stderr = Stream(outbox, "stderr", 2)
        transforms = shell.input_transformer_manager.cleanup_transforms
        transforms.remove(leading_empty_lines)  # it would shift the line numbers
        shell.refuse_input()
        warnings.filterwarnings("ignore", message="To exit: use ")  # said when a cell calls sys.exit
        return shell

    def refuse_input(self) -> None:
        """Make ``input`` and ``getpass`` an error that says why."""
        import builtins
        import getpass

        def refuse(*_: object, **__: object) -> NoReturn:
            raise RuntimeError(_NO_INPUT)

        builtins.input = refuse
        getpass.getpass = refuse

    def run_numbered(self, number: int, source: str) -> BaseException | None:
        """Run one cell; the exception that ended it, or None."""
        self.compile.number = number  # type: ignore[attr-defined]
        self.execution_count = number
        result = self.run_cell(source, store_history=True)  # type: ignore[no-untyped-call]
        error: BaseException | None = result.error_before_exec or result.error_in_exec
        return error

    def init_profile_dir(self, profile_dir: Any) -> None:
        """Where magics such as ``%cd`` and ``%store`` keep what they remember."""
        self.profile_dir = profile_dir or _Profile(location=str(Path(self.ipython_dir, "profile_default")))

    def init_virtualenv(self) -> None:
        """The interpreter was chosen by the grader."""

    def enable_matplotlib(self, gui: Any = None) -> Any:  # noqa: ARG002
        """Figures are always drawn inline: ``%matplotlib widget`` must not cost a student the cell."""
        return super().enable_matplotlib("inline")  # type: ignore[no-untyped-call]

    def enable_gui(self, gui: Any = None) -> None:
        """There is no screen."""

    def ask_exit(self) -> NoReturn:
        """``exit`` and ``quit`` end the cell."""
        raise SystemExit

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Print exceptions that are not the cell's own; the kernel reports that one."""
        error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        if (
            not options.get("running_compiled_code")
            and not isinstance(error, SystemExit)
            and exc_tuple is None
        ):
            traceback.print_exception(error)

    def showsyntaxerror(self, *args: Any, **options: Any) -> None:
        """The kernel reports it."""

    def showindentationerror(self) -> None:
        """The kernel reports it."""

    def _format_exception_for_storage(self, *args: Any, **options: Any) -> dict[str, Any]:  # noqa: ARG002
        return {}
