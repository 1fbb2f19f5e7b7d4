"""No fence: a process of its own, with limits, on any system.

A crash, a hang or a trick object of the student cannot become a pass. Files, network and other processes of
the same user are within reach: good for a student's own machine, not for strangers' notebooks.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING

from autograder.errors import InfrastructureError
from autograder.isolation.launch import command, environment
from autograder.isolation.limited import LimitedTree

if TYPE_CHECKING:
    from autograder.isolation.protocol import Launch


class NoIsolation:
    """The strategy."""

    name = "none"

    def start(self, launch: Launch) -> LimitedTree:
        """Start a fresh Python."""
        try:
            process, output = _spawn(launch)
        except OSError as error:
            raise InfrastructureError(f"cannot start a Python process for the notebook: {error}") from error
        return LimitedTree(process, output)


def _command(launch: Launch, *, descriptor: int | None = None, share: int = 0) -> list[str]:
    """The command line.

    Args:
        launch: what is wanted.
        descriptor: number under which the process inherits the channel.
        share: where descriptors are not inherited (Windows): bytes on standard input that name the channel.
    """
    settings = {
        "descriptor": descriptor,
        "share": share,
        "preload": launch.preload,
        "limits": asdict(launch.limits),
        "directory": str(launch.directory),
        # Linux means the thread that started the process, so only the main one may ask for it
        "dies_with_parent": sys.platform == "linux" and threading.current_thread() is threading.main_thread(),
    }
    return command("autograder.student.begin:spawned", settings)


def _spawn(launch: Launch) -> tuple[subprocess.Popen[bytes], int | None]:
    work, variables = launch.directory / "work", environment(launch.directory)
    if sys.platform == "win32":
        size = len(launch.channel.share(os.getpid()))
        process = subprocess.Popen(
            _command(launch, share=size),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # pipes cannot be waited for together with a socket
            stderr=subprocess.DEVNULL,
            cwd=work,
            env=variables,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
        )
        assert process.stdin is not None
        process.stdin.write(launch.channel.share(process.pid))
        process.stdin.close()
        return process, None
    descriptor = launch.channel.fileno()
    output, their_output = os.pipe()
    try:
        process = subprocess.Popen(
            _command(launch, descriptor=descriptor),
            stdin=subprocess.DEVNULL,
            stdout=their_output,
            stderr=their_output,
            cwd=work,
            env=variables,
            pass_fds=(descriptor,),
            start_new_session=True,
        )
    except BaseException:
        os.close(output)
        raise
    finally:
        os.close(their_output)
    return process, output
