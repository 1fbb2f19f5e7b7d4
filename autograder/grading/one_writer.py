"""One batch at a time writes to an output folder."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from autograder.errors import UsageError

FILE = ".lock"


class OneWriter:
    """Keeps other batches away from a folder until it is closed or this process ends, however it ends.

    Where the system or the file system knows no locks, nothing is kept away.

    Raises:
        UsageError: another batch writes there.
        OSError: this user may not write there.
    """

    def __init__(self, folder: Path) -> None:
        self._descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _lock(self._descriptor, folder)
            # A full disk must not keep anybody from going on.
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, 0)
                os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others write; the file stays, since somebody may wait for it."""
        os.close(self._descriptor)


if sys.platform == "win32":

    def _lock(descriptor: int, folder: Path) -> None:
        pass
else:
    import fcntl

    def _lock(descriptor: int, folder: Path) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = os.pread(descriptor, 20, 0).decode("ascii", "replace")
            process = f" (process {who})" if who.isdecimal() else ""
            raise UsageError(
                f"another batch{process} is writing there; wait for its end, or name another folder: {folder}"
            ) from None
        except OSError:  # the file system knows no locks
            return
