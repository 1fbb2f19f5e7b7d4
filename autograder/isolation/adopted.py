"""A process that another one has forked and that has become a child of the grader."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading


class AdoptedProcess:
    """Reaps the child ``pid``; see ``tree.Process``. Linux only.

    Args:
        pid: of the process.
        ended_for_killing_itself: a filter ends it, by ``SIGSYS``, where it kills itself (``policy.alone``).
    """

    def __init__(self, pid: int, *, ended_for_killing_itself: bool = False) -> None:
        self.pid = pid
        self._by_filter = -signal.SIGSYS if ended_for_killing_itself else None
        self._filtered = False
        self.returncode: int | None = None
        self._lock = threading.Lock()  # the process is reaped once, whichever thread asks

    def poll(self) -> int | None:
        """Reap it if it has ended; its return code."""
        with self._lock:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    code = os.waitstatus_to_exitcode(status)
                    self._filtered = code == self._by_filter
                    self.returncode = -signal.SIGKILL if self._filtered else code
            return self.returncode

    @property
    def killed(self) -> bool | None:
        """Whether it has not killed itself; None if nobody can tell, False if it has ended otherwise."""
        if self.poll() != -signal.SIGKILL:
            return False
        return None if self._by_filter is None else not self._filtered

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
