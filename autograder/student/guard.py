"""What runs inside: notice what a question excludes while its test makes its calls.

It only notes; nothing behaves differently, so that no guard can make a right solution wrong. What counts is
what the notebook's code does itself. What a library does within (``nn.Conv2d`` calls ``conv2d``) does not,
and neither does what ran before the guard began. The student's code shares this interpreter and could undo
it all; so the grader looks at the syntax tree as well (``autograder.checks.forbidden``).
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from typing import Any

from autograder.student.shell import cell_of

_MOST = 20
"""Uses that are noted."""


class Guard:
    """Notes uses of some names until ``end``.

    Args:
        excluded: full names of modules, and of functions or classes in modules.
        names: the notebook's global names.
    """

    def __init__(self, excluded: Sequence[str], names: dict[str, Any]) -> None:
        self.found: list[tuple[str, int, int]] = []
        """Full name, cell and line of each use."""
        self._excluded = tuple(excluded)
        self._names = names
        self._undo: list[Callable[[], object]] = []
        sys.meta_path.insert(0, self)
        self._undo.append(lambda: sys.meta_path.remove(self))
        owners = {name.rpartition(".")[0] for name in self._excluded}
        for name, module in list(sys.modules.items()):
            if type(module) is types.ModuleType and (name in owners or self._excludes(name)):
                self._watch(name, module)
        for name, value in list(names.items()):
            if isinstance(value, types.FunctionType | types.BuiltinFunctionType) and (
                full := self._name_of(value)
            ):
                self._wrap(name, value, full)

    def end(self) -> list[tuple[str, int, int]]:
        """Stop, leave everything as it was, and say what was found."""
        while self._undo:
            self._undo.pop()()
        return list(self.found)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """See the import of a module that is not loaded yet; the finders after this one do the work."""
        del path, target
        if self._excludes(name):
            self._note(name)
        return None

    def _watch(self, name: str, module: types.ModuleType) -> None:
        guard, get = self, types.ModuleType.__getattribute__

        class Watched(types.ModuleType):
            def __getattribute__(self, attribute: str) -> Any:
                if not attribute.startswith("__") and guard._excludes(full := f"{name}.{attribute}"):
                    guard._note(full)
                return get(self, attribute)

        module.__class__ = Watched
        self._undo.append(lambda: setattr(module, "__class__", types.ModuleType))

    def _wrap(self, name: str, function: Callable[..., Any], full: str) -> None:
        def noted(*args: Any, **kwargs: Any) -> Any:
            self._note(full)
            return function(*args, **kwargs)

        def undo() -> None:
            if self._names.get(name) is noted:
                self._names[name] = function

        self._names[name] = noted
        self._undo.append(undo)

    def _name_of(self, function: Any) -> str:
        """The full name of a function that is excluded, or an empty text."""
        for excluded in self._excluded:
            owner, _, last = excluded.rpartition(".")
            if owner in sys.modules and vars(sys.modules[owner]).get(last) is function:
                return excluded
        full = f"{getattr(function, '__module__', None)}.{getattr(function, '__name__', None)}"
        return full if self._excludes(full) else ""

    def _excludes(self, full: str) -> bool:
        return any(full == name or full.startswith(f"{name}.") for name in self._excluded)

    def _note(self, full: str) -> None:
        """Note a use if it is the notebook's, leaving aside what an import consists of."""
        frame = sys._getframe(1)  # noqa: SLF001 - there is no other way to know who asks
        while frame.f_back is not None and (
            frame.f_code.co_filename in (__file__, importlib.__file__)
            or frame.f_code.co_filename.startswith("<frozen importlib")
        ):
            frame = frame.f_back
        dynamic = frame.f_globals is self._names  # code that a cell has compiled from a text
        while dynamic and cell_of(frame.f_code.co_filename) is None and frame.f_back is not None:
            frame = frame.f_back
        cell = cell_of(frame.f_code.co_filename)
        if cell is not None and len(self.found) < _MOST:
            self.found.append((full, cell, frame.f_lineno))
