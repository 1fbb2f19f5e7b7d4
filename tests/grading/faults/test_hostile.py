"""Submissions that would hold up or take down a batch cost what they may, and nobody else anything."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.demo import SOLVED
from tests.grading.faults.room import CLASS, Room, Stored, verdicts

# A test that takes its own grader down, if the notebook asks for it.
DEADLY = '''
import os, signal
from autograder import question

@question("1.1", points=2)
def test_grader(student):
    """the grader survives"""
    if student.deadly:
        os.kill(os.getpid(), signal.SIGKILL)
'''


def test_a_poisoned_submission_goes_to_a_person_and_the_others_get_their_grades(tmp_path: Path) -> None:
    room = Room(
        tmp_path / "room", {"ann": ["deadly = False"], "bob": ["deadly = True"], "cem": ["deadly = 0"]}
    )
    (room.course.folder / "test_demo.py").write_text(DEADLY)
    done = room.grade(jobs=2)
    assert done.returncode == 3, done.stderr
    assert "A person has to look at 1 of them: bob" in done.stdout
    assert room.grades() == {"ann": 2, "bob": None, "cem": 2}
    assert verdicts(room, "bob") == {"1.1": ("inconclusive", "grader-fault")}
    room.is_tidy()

    room.hand_in("bob", ["deadly = False"])
    done = room.grade()
    assert done.returncode == 0, done.stderr
    assert "3 submissions graded, 2 of them before" in done.stdout
    assert [(row[1], row[7]) for row in room.attempts()] == [
        ("ann", 2),
        ("bob", None),
        ("bob", 2),
        ("cem", 2),
    ]


LIMITS = {
    "loops": ("    while True:\n        pass", "timeout-call"),
    "prints": ("    while True:\n        print('x' * 1000)", "output"),
    "hoards": ("    return bytearray(10 * 2**30)", "memory"),
    "hoards_slowly": ("    kept = []\n    while True:\n        kept.append(bytearray(2**26))", "memory"),
}


def test_each_limit_costs_the_question_that_hit_it(tmp_path: Path, undisturbed: Stored) -> None:
    bad = {name: [*SOLVED[:2], f"def finish():\n{body}", SOLVED[3]] for name, (body, _) in LIMITS.items()}
    room = Room(tmp_path / "room", {**CLASS, **bad})
    room.course.settings(call=2.0, memory=300 * 2**20)
    done = room.grade(jobs=2)
    assert done.returncode == 0, done.stdout + done.stderr
    honest = {row[1]: row[7] for row in undisturbed[1]}
    assert room.grades() == honest | dict.fromkeys(bad, 6)
    for name, (_, code) in LIMITS.items():
        assert verdicts(room, name)["1.3"] == ("error", code)
    room.is_tidy()


def test_nobody_waits_for_an_infinite_loop(tmp_path: Path, undisturbed: Stored) -> None:
    """It comes first and could go on for an hour; all others are done before it is."""
    room = Room(tmp_path / "room", {"aaa": ["while True:\n    pass"], **CLASS})
    room.course.settings(cell=3600.0, total=3600.0)
    with room.at_work(jobs=2) as batch:
        assert batch.stdout is not None
        rows = 0
        while rows < len(CLASS):
            line = batch.stdout.readline()
            assert line, "the batch has ended"
            rows += line.startswith("[")
        batch.send_signal(signal.SIGINT)
        batch.communicate(timeout=300)
    assert batch.returncode == 130
    assert room.grades() == {row[1]: row[7] for row in undisturbed[1]}
    room.is_tidy()


DAEMON = """
import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        time.sleep(3600)
    os._exit(0)
"""


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path, undisturbed: Stored) -> None:
    """No verdict, no limit, no order; and a process that cuts itself loose is ended all the same."""
    room = Room(tmp_path / "room")
    done = room.grade(inside={"FAULT_CLOCK": "1"})
    assert room.stored(done.returncode) == undisturbed
    rows = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("[")]
    assert rows == sorted(CLASS)
    room.hand_in("zoe", [DAEMON, *SOLVED[:2], "def finish():\n    while True:\n        pass", SOLVED[3]])
    room.hand_in("ann", [*SOLVED, "# handed in again"])
    room.course.settings(call=1.0)
    done = room.grade(inside={"FAULT_CLOCK": "1"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert verdicts(room, "zoe")["1.3"] == ("error", "timeout-call")
    last = {row[1]: row[7] for row in room.attempts()}
    assert last == {row[1]: row[7] for row in undisturbed[1]} | {"zoe": 6}
    room.is_tidy()
