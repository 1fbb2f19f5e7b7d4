"""The student process of a probe, which tries what it is told to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograder.course import Limits
from autograder.errors import InfrastructureError, StudentError, StudentStopped

if TYPE_CHECKING:
    from autograder.isolation.warm import Warm
    from autograder.student import StudentProcess


class Unusable(Exception):  # noqa: N818 - says what it is
    """No notebook can be run by this strategy; one sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the process says of one trial, way by way; see ``trials.attempt``."""

    got: dict[str, Any]
    unclear: dict[str, str]


class Subject:
    """The student process of a probe; another one takes its place when it has ended."""

    def __init__(self, warm: Warm) -> None:
        self._warm = warm
        self._process: StudentProcess | None = None
        self._limits = Limits()

    def __enter__(self) -> Subject:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, as at the end of a notebook."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def attempt(self, trial: str, facts: dict[str, Any], limits: Limits) -> Answer:
        """Let it try something.

        Raises:
            StudentStopped: the grader, or the system, has ended it for that.
        """
        process = self._ready(limits)
        try:
            said = process.student.attempt(trial, facts)
        except StudentError as error:
            return Answer({}, {"all": str(error)})
        if not isinstance(said, dict) or said.keys() != {"got", "refused", "unclear"}:
            return Answer({}, {"all": "what came back is no answer"})
        return Answer(said["got"], said["unclear"])

    def _ready(self, limits: Limits) -> StudentProcess:
        if self._process is not None and (limits != self._limits or not self._process.alive):
            self.close()
        if self._process is None:
            from autograder.student import StudentProcess

            self._limits = limits
            try:
                self._process = StudentProcess.spawn(isolation=self._warm, limits=limits)
            except InfrastructureError as error:
                raise Unusable(str(error)) from None
            self._require_honest_work(self._process)
        return self._process

    def _require_honest_work(self, process: StudentProcess) -> None:
        try:
            outcome = process.execute(1, "from autograder.doctor.trials import attempt")
            if outcome.error is not None:
                raise Unusable(f"an honest notebook could not work: {outcome.error}")
            said = process.student.attempt("control", {"token": secrets.token_hex(8)})
        except (StudentError, StudentStopped) as error:
            raise Unusable(f"an honest notebook could not work: {error}") from None
        if said["refused"] or said["unclear"] or not all(said["got"].values()):
            raise Unusable(f"an honest notebook could not work: {said['refused'] or said['unclear']}")
