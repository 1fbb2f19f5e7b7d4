"""A process that cannot be locked as wanted is not locked halfway: the step that failed is named."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.isolation.fence import SLOT_UIDS


def first_failure(result) -> str:
    assert result.code == 98 or result.code == 99, result
    assert result.place == ""  # the student's code never ran
    return result.lines[-1]


def test_a_second_thread(locked):
    result = locked.run(
        "print('never')",
        before="""
        import os, threading
        fork = os.fork
        def and_start_a_thread():
            pid = fork()
            if pid == 0:
                threading.Thread(target=threading.Event().wait, daemon=True).start()
            return pid
        os.fork = and_start_a_thread
        """,
    )
    assert "more than one thread" in first_failure(result)


def test_an_open_folder(locked):
    result = locked.run("print('never')", before="import os; os.open('/', os.O_RDONLY)")
    assert first_failure(result).startswith("OSError: [Errno None] descriptors: descriptor")


def test_no_landlock(restricted):
    result = restricted.run(
        "print('never')", before="from autograder.isolation import landlock; landlock.version = lambda: 0"
    )
    assert "Landlock: this kernel has none" in first_failure(result)


def test_no_separation(boxed):
    result = boxed.run(
        "print('never')",
        before="from autograder.isolation import namespaces; namespaces.enter = lambda **_: None",
    )
    assert "separate comes before the fork" in first_failure(result)


def test_a_path_that_is_gone(boxed):
    result = boxed.run("print('never')", readable=(*boxed.driver.fences["contained"].readable, "/nowhere"))
    assert "files: " in first_failure(result)


def test_a_control_group_that_is_gone(boxed):
    result = boxed.run("print('never')", cgroups=("/sys/fs/cgroup/nowhere/cgroup.procs",))
    assert "entering the control group nowhere" in first_failure(result)


def test_no_fence_does_nothing(driver):
    result = driver("user").run("none", "import os; print(place, os.getpid())")
    assert result.lines == [f"{result.place} {result.pid}"]


def test_a_user_who_cannot_reach_the_interpreter(restricted):
    """Without a root of its own, what leads to the interpreter has to be open to all."""
    if restricted.driver.who != "root":
        return
    result = restricted.run("import os; print(os.getuid() != 0)", uid_base=SLOT_UIDS)
    library = Path(os.__file__).resolve()
    if all(parent.stat().st_mode & 1 for parent in library.parents) and library.stat().st_mode & 4:
        assert result.output == "True\n"
    else:
        assert "user: a user without rights cannot read" in first_failure(result)
