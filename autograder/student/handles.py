"""What a test sees of the student's code: values, and handles of objects that stay in the student process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from autograder.errors import StudentError, UsageError
from autograder.student.channel import Kind
from autograder.student.codec import Reference
from autograder.student.text import article, clean

if TYPE_CHECKING:
    from autograder.student.process import StudentProcess


NAMES = Reference(0)
"""What stands for the notebook itself in a function that a test ships: ``student.relu`` works there too."""


class MissingName(StudentError, AttributeError):  # noqa: N818 - says what happened
    """The notebook, or an object of it, has no such name.

    It is an ``AttributeError`` as well, so that ``hasattr`` and ``getattr`` with a default work on handles.
    """


class NotPlain(StudentError, TypeError):  # noqa: N818 - says what happened
    """The test takes an object of the student for plain data, which it is not."""

    def __init__(self, type: str, does: str) -> None:
        super().__init__(
            "TypeError",
            f"it is {article(type)} {type}, where the test {does} a plain number, text, array or collection "
            "(student.value would read it)",
            kind="unusable",
        )


def _operator(name: str, *, swapped: bool = False) -> Callable[[Handle, object], Any]:
    def apply(self: Handle, other: object) -> Any:
        operands = [other, self] if swapped else [self, other]
        return self._autograder_process.request(Kind.OPERATE, name, operands)

    return apply


def _unary(name: str) -> Callable[[Handle], Any]:
    def apply(self: Handle) -> Any:
        return self._autograder_process.request(Kind.OPERATE, name, [self])

    return apply


def _refuse(does: str) -> Callable[..., Any]:
    def refuse(self: Handle, *_: object, **__: object) -> NoReturn:
        self._autograder_process.request(Kind.VALUE, self)  # says itself why an object has none at all
        raise NotPlain(clean(self._autograder_type, 50), does)

    return refuse


class Handle:
    """An object of the student that stays in the student process.

    Attributes, calls, arithmetic and indexing work as on the object itself and give values or further
    handles. Comparing, converting, iterating, ``len`` and ``bool`` are refused (``NotPlain``): the student's
    class could answer anything, and something else each time. ``student.value(handle)`` gives an array or
    plain data instead.
    """

    __slots__ = ("_autograder_id", "_autograder_process", "_autograder_type")
    _autograder_id: int
    _autograder_process: StudentProcess
    _autograder_type: str

    __array_ufunc__ = None  # a numpy array on the left leaves the operation to the handle

    def __init__(self, process: StudentProcess, reference: Reference) -> None:
        object.__setattr__(self, "_autograder_process", process)
        object.__setattr__(self, "_autograder_id", reference.id)
        object.__setattr__(self, "_autograder_type", reference.type)

    def __del__(self) -> None:
        try:
            self._autograder_process.forget(self._autograder_id)
        except (
            AttributeError
        ):  # it was never made; nothing else is used here, for modules may be gone already
            return

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):  # Python and its tools ask for these all the time
            raise AttributeError(f"{self!r} has no {name}")
        return self._autograder_process.request(Kind.GET, self, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._autograder_process.request(Kind.SET, self, name, value)

    def __getitem__(self, index: object) -> Any:
        return self._autograder_process.request(Kind.OPERATE, "getitem", [self, index_spec(index)])

    def __setitem__(self, index: object, value: object) -> None:
        self._autograder_process.request(Kind.OPERATE, "setitem", [self, index_spec(index), value])

    def __autograder_run__(self, function: Callable[..., object], /, *args: object) -> Any:
        """Run a function of the grader beside the object, in one round trip; see ``Student.run``."""
        return self._autograder_process.request(Kind.CALL, function, list(args), {})

    def __autograder_value__(self) -> Any:
        """The object as an array or plain data; see ``Student.value``."""
        return self._autograder_process.request(Kind.VALUE, self)

    def __repr__(self) -> str:
        return f"<{self._autograder_type} of the student>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a handle cannot be copied or pickled")

    __hash__ = object.__hash__
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse("compares")
    __bool__ = _refuse("asks for the truth of")
    __len__ = _refuse("asks for the length of")
    __iter__ = __contains__ = __reversed__ = _refuse("looks into")
    __float__ = __int__ = __index__ = __complex__ = __round__ = __array__ = _refuse("converts")

    __add__, __radd__, __iadd__ = _operator("add"), _operator("add", swapped=True), _operator("iadd")
    __sub__, __rsub__, __isub__ = _operator("sub"), _operator("sub", swapped=True), _operator("isub")
    __mul__, __rmul__, __imul__ = _operator("mul"), _operator("mul", swapped=True), _operator("imul")
    __mod__, __rmod__, __imod__ = _operator("mod"), _operator("mod", swapped=True), _operator("imod")
    __pow__, __rpow__, __ipow__ = _operator("pow"), _operator("pow", swapped=True), _operator("ipow")
    __truediv__, __rtruediv__ = _operator("truediv"), _operator("truediv", swapped=True)
    __itruediv__ = _operator("itruediv")
    __floordiv__, __rfloordiv__ = _operator("floordiv"), _operator("floordiv", swapped=True)
    __ifloordiv__ = _operator("ifloordiv")
    __matmul__, __rmatmul__ = _operator("matmul"), _operator("matmul", swapped=True)
    __imatmul__ = _operator("imatmul")
    __neg__, __pos__, __abs__ = _unary("neg"), _unary("pos"), _unary("abs")


class CallableHandle(Handle):
    """A handle of something that can be called, so that ``callable`` tells the truth."""

    __slots__ = ()

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call the object in the student process."""
        return self._autograder_process.request(Kind.CALL, self, list(args), kwargs)


def make_handle(process: StudentProcess, reference: Reference) -> Handle:
    """The handle for a reference that came from the student process."""
    return (CallableHandle if reference.is_callable else Handle)(process, reference)


def reference_to(handle: Handle, process: StudentProcess) -> Reference:
    """What stands for ``handle`` in a request.

    Raises:
        UsageError: it is a handle of another process.
    """
    if handle._autograder_process is not process:  # noqa: SLF001 - a handle has no public names of its own
        raise UsageError(f"{handle!r} belongs to another run of the notebook")
    return Reference(handle._autograder_id)  # noqa: SLF001


def index_spec(index: object) -> tuple[object, ...]:
    """What stands between the brackets, as plain data."""
    if isinstance(index, slice):
        return ("slice", index.start, index.stop, index.step)
    if isinstance(index, tuple):
        return ("tuple", *(index_spec(part) for part in index))
    return ("ellipsis",) if index is ... else ("value", index)


class Student:
    """The student's notebook after it has run: its global names are attributes.

    ``student.relu`` is the value of that name if it is a number, a string, an array or a collection of
    these, and a handle otherwise. ``student["run"]`` reaches names that this class uses itself.
    """

    __slots__ = ("_process",)
    _process: StudentProcess

    def __init__(self, process: StudentProcess) -> None:
        object.__setattr__(self, "_process", process)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Any:
        try:
            return self._process.request(Kind.FETCH, name)
        except MissingName as error:
            error.name = name
            raise

    def __setattr__(self, name: str, value: object) -> None:
        raise UsageError(f"a test cannot assign to a name of the notebook: {name}")

    def run(self, function: Callable[..., object], /, *args: object, **kwargs: object) -> Any:
        """Run a function of the test inside the student process, e.g. a training loop.

        Its source is shipped. It sees its arguments, the modules, the plain values and the functions that it
        names, and nothing else of the test.

        Raises:
            UsageError: the function uses something that cannot be shipped.
            StudentError: it, or what it called, raised.
        """
        return self._process.request(Kind.CALL, function, list(args), kwargs)

    def __autograder_run__(self, function: Callable[..., object], /, *args: object) -> Any:
        """As ``run``; what the checks look for."""
        return self.run(function, *args)

    def value(self, x: object, /) -> Any:
        """``x`` as an array or plain data; what is not a handle comes back as it is.

        Tensors and array subclasses become base arrays.

        Raises:
            StudentError: it is neither (``kind="unusable"``).
        """
        return self._process.request(Kind.VALUE, x) if isinstance(x, Handle) else x
