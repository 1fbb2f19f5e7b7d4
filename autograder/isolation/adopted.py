"""A process that another one has forked and that has become a child of the grader."""

from __future__ import annotations

import os
import select
import subprocess
import threading


class AdoptedProcess:
    """Reaps the child ``pid``; see ``tree.Process``. Linux only."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lock = threading.Lock()  # the process is reaped once, whichever thread asks

    def poll(self) -> int | None:
        """Reap it if it has ended; its return code."""
        with self._lock:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and reap it.

        Raises:
            subprocess.TimeoutExpired: it has not ended in so many seconds.
        """
        if (code := self.poll()) is not None:
            return code
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:  # another thread has reaped it meanwhile
            descriptor = None
        if descriptor is not None:
            try:
                ended = select.poll()
                ended.register(descriptor, select.POLLIN)
                ended.poll(None if timeout is None else max(0, round(1000 * timeout)))
            finally:
                os.close(descriptor)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired("a student process", timeout or 0.0)
        return code
