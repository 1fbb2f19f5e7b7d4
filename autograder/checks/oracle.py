"""The right answer: the same function on torch tensors, in the grader."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Array = NDArray[Any]


def is_differentiable(argument: Any) -> bool:
    """True for the arguments that gradients are taken of: float arrays."""
    return isinstance(argument, np.ndarray) and argument.dtype.kind == "f"


class Oracle:
    """A function of torch tensors, asked in numpy.

    Args:
        like: the function. Arrays reach it as torch tensors, everything else as it is.
        wrt: positions of the arguments to differentiate; None for all float arrays.
    """

    def __init__(self, like: Callable[..., Any], wrt: Sequence[int] | None = None) -> None:
        self._like = like
        self._wrt = None if wrt is None else tuple(wrt)

    def positions(self, args: Sequence[Any]) -> tuple[int, ...]:
        """Which of ``args`` are differentiated."""
        if self._wrt is not None:
            return self._wrt
        return tuple(i for i, argument in enumerate(args) if is_differentiable(argument))

    def values(self, args: Sequence[Any], dtype: Any = np.float64) -> tuple[Array, ...]:
        """All results, as a tuple even if there is one."""
        with torch.no_grad(), one_thread():
            results = self._like(*self._tensors(args, dtype))
        return tuple(_array(r) for r in (results if isinstance(results, tuple | list) else (results,)))

    def value(self, args: Sequence[Any], dtype: Any = np.float64) -> Array:
        """The one result."""
        (value,) = self.values(args, dtype)
        return value

    def gradients(
        self, args: Sequence[Any], cotangent: Callable[[tuple[int, ...]], Array], dtype: Any = np.float64
    ) -> tuple[Array, Array, tuple[Array, ...]]:
        """Result, upstream gradient, and the gradient of each differentiated argument.

        Args:
            args: numpy arrays and plain values.
            cotangent: makes the upstream gradient for a shape.
            dtype: what to compute in.
        """
        with torch.enable_grad(), one_thread():
            tensors = self._tensors(args, dtype)
            wanted = [tensors[i].requires_grad_() for i in self.positions(args)]
            result = torch.as_tensor(self._like(*tensors))
            upstream = cotangent(tuple(result.shape))
            if result.requires_grad:
                # this sum has the wanted gradient; torch imports sympy for the argument grad_outputs
                total = (result * torch.tensor(upstream, dtype=result.dtype)).sum()
                found = torch.autograd.grad(total, wanted, allow_unused=True)
            else:
                found = ()
        gradients = tuple(
            np.zeros(w.shape, dtype) if g is None else _array(g)
            for w, g in itertools.zip_longest(wanted, found)
        )
        return _array(result), upstream, gradients

    def _tensors(self, args: Sequence[Any], dtype: Any) -> list[Any]:
        return [self._tensor(argument, dtype) for argument in args]

    @staticmethod
    def _tensor(argument: Any, dtype: Any) -> Any:
        if not isinstance(argument, np.ndarray):
            return argument
        return torch.from_numpy(
            np.array(argument, dtype=dtype if argument.dtype.kind == "f" else argument.dtype)
        )


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Small arrays: waking threads costs a thousand times the work, most of all on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _array(result: Any) -> Array:
    return np.array(result.detach().numpy()) if isinstance(result, torch.Tensor) else np.asarray(result)
