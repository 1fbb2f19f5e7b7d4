"""Student processes forked from a warm one, which has imported everything: milliseconds instead of seconds.

The warm process (``autograder.student.zygote``) is started once for a set of modules. One that does not
answer, or says that it cannot, is ended and replaced; if the new one cannot either, processes are started
without one from then on.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import warnings
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from autograder.errors import InfrastructureError
from autograder.isolation.adopted import AdoptedProcess
from autograder.isolation.launch import command, environment, furnish
from autograder.isolation.limited import LimitedTree, written
from autograder.isolation.none import NoIsolation
from autograder.isolation.tree import ProcessTree, adoption

if TYPE_CHECKING:
    from autograder.isolation.protocol import Launch, Tree

_READY_SECONDS = 120.0
_FORK_SECONDS = 30.0
_MAX_ANSWER = 2**16


class ZygoteError(Exception):
    """The warm process cannot fork; one sentence."""


class Warm:
    """The strategy: as ``none``, forked from a warm process. Close it, or use it as a context manager."""

    name = "none"

    def __init__(self) -> None:
        self._zygotes: dict[tuple[str, ...], Zygote] = {}
        self._given_up = sys.platform != "linux"

    def warm_up(self, preload: tuple[str, ...]) -> None:
        """Start the warm process for these modules now; the first ``start`` waits for it."""
        if not self._given_up and preload not in self._zygotes:
            self._zygotes[preload] = Zygote(preload)

    def start(self, launch: Launch) -> Tree:
        """Fork a process, or start one if that cannot be done."""
        for last in (False, True):
            if self._given_up:
                break
            try:
                self.warm_up(launch.preload)
                return self._zygotes[launch.preload].fork(launch)
            except (ZygoteError, OSError) as error:
                if zygote := self._zygotes.pop(launch.preload, None):
                    zygote.close()
                if last:
                    warnings.warn(
                        f"notebooks are started without a warm process: {error}", RuntimeWarning, stacklevel=2
                    )
                    self._given_up = True
        return NoIsolation().start(launch)

    def close(self) -> None:
        """End the warm processes; students' processes stay."""
        while self._zygotes:
            self._zygotes.popitem()[1].close()

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Zygote:
    """One warm process.

    Args:
        preload: modules that it imports.
    """

    def __init__(self, preload: tuple[str, ...]) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="zygote-")).resolve()
        furnish(self._directory)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            process = subprocess.Popen(
                command(
                    "autograder.student.zygote:main",
                    {
                        "descriptor": theirs.fileno(),
                        "preload": preload,
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

    def fork(self, launch: Launch) -> LimitedTree:
        """Have it fork a student process.

        Raises:
            ZygoteError: it does not answer or cannot.
        """
        if not self._ready:
            self._receive(_READY_SECONDS)
            self._ready = True
            # Its children share these pages, by how many is different at each look. All of them count as
            # theirs from the start, so that nobody is charged for a neighbour that has ended.
            self._baseline = written(psutil.Process(self.pid))
        output, their_output = os.pipe()
        try:
            request = {
                "directory": str(launch.directory),
                "environment": environment(launch.directory),
                "max_answer": launch.limits.answer,
            }
            with adoption:
                try:
                    descriptors = [launch.channel.fileno(), their_output]
                    socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
                finally:
                    os.close(their_output)
                pid = self._receive(_FORK_SECONDS)["pid"]
                return LimitedTree(AdoptedProcess(pid), output, launch.limits, baseline=self._baseline)
        except BaseException:
            os.close(output)
            raise

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
