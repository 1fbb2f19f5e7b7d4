"""The warm process as the grader has it; what runs inside is ``autograder.student.zygote``."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import warnings
import weakref
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from autograder.errors import InfrastructureError
from autograder.isolation import temporary
from autograder.isolation.adopted import AdoptedProcess
from autograder.isolation.launch import command, environment, furnish
from autograder.isolation.limited import LimitedTree, written
from autograder.isolation.tree import ProcessTree, adoption

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograder.isolation.fence import Fence
    from autograder.isolation.protocol import Launch

_READY_SECONDS = 120.0
_FORK_SECONDS = 30.0
_MAX_ANSWER = 2**16


class ZygoteError(Exception):
    """The warm process cannot fork; one sentence."""


class FenceError(ZygoteError):
    """The system does not let a process be fenced like that, in whatever process; one sentence."""


class Zygote:
    """One warm process.

    Args:
        preload: modules that it imports.
        warm: have it do some work beforehand that is slow the first time, and try whether children can work.
    """

    def __init__(self, preload: tuple[str, ...], *, warm: bool = True) -> None:
        self._directory = temporary.make("zygote")
        furnish(self._directory)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            process = subprocess.Popen(
                command(
                    "autograder.student.zygote:main",
                    {
                        "descriptor": theirs.fileno(),
                        "preload": preload,
                        "warm": warm,
                        "directory": str(self._directory),
                    },
                ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self._directory / "work",
                env=environment(self._directory),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        except OSError:
            self._control.close()
            shutil.rmtree(self._directory, ignore_errors=True)
            raise
        finally:
            theirs.close()
        self._tree = ProcessTree(process)
        self._ready = False
        self._baseline = 0
        self.pid = process.pid
        self._end = weakref.finalize(self, _end, os.getpid(), self._tree, self._control, self._directory)

    def fork(
        self, launch: Launch, fence: Fence, make_tree: Callable[..., LimitedTree] = LimitedTree
    ) -> LimitedTree:
        """Have it fork a student process.

        Args:
            launch: what is wanted.
            fence: what to lock the process into before it runs code of the student.
            make_tree: makes what holds it to its limits; arguments as those of ``LimitedTree``.

        Raises:
            ZygoteError: it does not answer or cannot.
            FenceError: the system does not let it.
        """
        if not self._ready:
            self._receive(_READY_SECONDS)
            self._ready = True
            # Its children share these pages, by how many is different at each look. All of them count as
            # theirs from the start, so that nobody is charged for a neighbour that has ended.
            self._baseline = written(psutil.Process(self.pid))
        output, their_output = os.pipe()
        # The process says nothing before a word from here: of one that comes after it was given up, what it
        # has said would be taken for the word of its successor.
        their_word, word = os.pipe()
        try:
            request = {
                "directory": str(launch.directory),
                "environment": environment(launch.directory),
                "limits": asdict(launch.limits),
                "fence": fence.to_json(),
            }
            with adoption:
                try:
                    descriptors = [launch.channel.fileno(), their_output, their_word]
                    socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
                finally:
                    os.close(their_output)
                    os.close(their_word)
                pid = self._receive(_FORK_SECONDS)["pid"]
                process = AdoptedProcess(pid, ended_for_killing_itself=fence.namespaces and fence.seccomp)
                tree = make_tree(process, output, baseline=self._baseline)
            with contextlib.suppress(BrokenPipeError):  # it has ended already, which the channel tells
                os.write(word, b"go")
            return tree
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(word)

    def _receive(self, seconds: float) -> dict[str, Any]:
        answers = select.poll()
        answers.register(self._control, select.POLLIN)
        if not answers.poll(1000 * seconds):
            raise ZygoteError(f"the warm process did not answer within {seconds:g} seconds")
        try:
            message = self._control.recv(_MAX_ANSWER)
        except OSError as error:
            raise ZygoteError(f"the warm process is gone ({error})") from error
        if not message:
            raise ZygoteError("the warm process has ended")
        answer: dict[str, Any] = json.loads(message)
        if "refused" in answer:
            raise FenceError(answer["refused"])
        if "trouble" in answer:
            raise ZygoteError(f"the warm process failed: {answer['trouble'].strip().splitlines()[-1]}")
        return answer

    def close(self) -> None:
        """End it. Safe to call again."""
        self._end()


def _end(owner: int, tree: ProcessTree, control: socket.socket, directory: Path) -> None:
    if os.getpid() != owner:  # a forked copy of the grader: the process is not its own
        return
    control.close()
    try:
        tree.kill()
    except InfrastructureError as error:
        warnings.warn(f"a warm process is left behind: {error}", RuntimeWarning, stacklevel=2)
    shutil.rmtree(directory, ignore_errors=True)
