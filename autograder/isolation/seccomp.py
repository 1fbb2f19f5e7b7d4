"""A small assembler for seccomp filters: allow system calls, except by the rules given.

A rule names a call and either refuses it or says which arguments it may have. Arguments are compared in
their lower 32 bits, which is all that the kernel reads of those that the rules speak of.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.isolation.syscalls import NEWEST, architecture, call, number

_LOAD, _AND, _JUMP_EQUAL, _JUMP_ABOVE, _RETURN = 0x20, 0x54, 0x15, 0x25, 0x06
_ALLOW, _ERRNO, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_AT_NUMBER, _AT_ARCHITECTURE, _AT_ARGUMENTS = 0, 4, 16  # struct seccomp_data
_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_MODE_FILTER = 1

_Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Argument:
    """A condition on one argument: ``argument & mask`` is one of ``values``, or is none of them."""

    index: int
    values: Sequence[int]
    mask: int = 0xFFFFFFFF
    excluded: bool = False
    """Whether ``values`` are what it must not be."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Fail with ``errno`` unless all of ``unless`` hold; 0 pretends that the call was made."""

    name: str
    errno: int
    unless: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Ending:
    """End the process, by the signal ``SIGSYS``, if all of ``when`` hold; allowed otherwise."""

    name: str
    when: tuple[Argument, ...]


def assemble(rules: Iterable[Rule | Ending]) -> bytes:
    """The filter as the kernel takes it; calls that this processor lacks are left out."""
    code: list[_Instruction] = [
        (_LOAD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, _AUDIT[architecture()]),
        (_RETURN, 0, 0, _KILL_PROCESS),  # 32-bit calls have other numbers
        (_LOAD, 0, 0, _AT_NUMBER),
        # calls that came after these tables, and x32, whose numbers start at 2**30: programs go on without
        (_JUMP_ABOVE, 0, 1, NEWEST),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]
    for rule in rules:
        which = number(rule.name)
        if which is not None:
            block = _block(rule) if isinstance(rule, Rule) else _ending(rule)
            code.append((_JUMP_EQUAL, 0, len(block), which))
            code += block
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _block(rule: Rule) -> list[_Instruction]:
    refuse = (_RETURN, 0, 0, _ERRNO | rule.errno)
    if not rule.unless:
        return [refuse]
    code: list[_Instruction] = []
    for argument in rule.unless:
        code.append((_LOAD, 0, 0, _AT_ARGUMENTS + 8 * argument.index))
        if argument.mask != 0xFFFFFFFF:
            code.append((_AND, 0, 0, argument.mask))
        last = len(argument.values) - 1
        for place, value in enumerate(argument.values):
            if not argument.excluded:  # a hit jumps over the refusal
                code.append((_JUMP_EQUAL, last - place + 1, 0, value))
            else:  # a hit jumps to it, no hit at all jumps over it
                code.append((_JUMP_EQUAL, last - place, int(place == last), value))
        code.append(refuse)
    code.append((_RETURN, 0, 0, _ALLOW))
    return code


def _ending(rule: Ending) -> list[_Instruction]:
    code: list[_Instruction] = [(_RETURN, 0, 0, _KILL_PROCESS), (_RETURN, 0, 0, _ALLOW)]
    for argument in reversed(rule.when):
        last = len(argument.values) - 1
        tests: list[_Instruction] = [(_LOAD, 0, 0, _AT_ARGUMENTS + 8 * argument.index)]
        for place, value in enumerate(argument.values):  # a hit goes on, no hit at all is allowed
            tests.append((_JUMP_EQUAL, last - place, len(code) - 1 if place == last else 0, value))
        code = tests + code
    return code


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install(program: bytes) -> None:
    """Put an assembled filter in force for this thread and all that it starts, for ever.

    Raises:
        OSError: the kernel refuses, e.g. because the process may still gain privileges.
    """
    buffer = ctypes.create_string_buffer(program, len(program))
    header = _Program(len(program) // 8, ctypes.addressof(buffer))
    call("seccomp", _SET_MODE_FILTER, 0, bytes(header), what="seccomp: putting the filter in force")
