"""Every limit: what is just below goes well, what is above fails as an error in the student's code."""

from __future__ import annotations

import pytest

MIB = 2**20


def test_size_of_one_file(locked):
    result = locked.run(
        f"""
        with open("large", "wb") as file:
            file.write(bytes({8 * MIB}))
        print("below")
        try:
            with open("larger", "wb") as file:
                file.write(bytes({8 * MIB + 1}))
        except OSError as error:
            print(error.strerror)
        """,
        file_size=8 * MIB,
    )
    assert result.lines == ["below", "File too large"]


def test_nothing_tells_the_name_of_its_control_group(boxed):
    result = boxed.run("print({line.rstrip().split(':')[2] for line in open('/proc/self/cgroup')})")
    assert result.output == "{'/'}\n"


def test_open_files(locked):
    result = locked.run(
        """
        files = []
        try:
            while True:
                files.append(open("/dev/null"))
        except OSError as error:
            message = error.strerror
        print(len(files) > 50, len(files) <= 64, message)
        """,
        open_files=64,
    )
    assert result.output == "True True Too many open files\n"


def test_all_files_together(boxed):
    result = boxed.run(
        f"""
        for n in range(7):
            with open(f"part{{n}}", "wb") as file:
                file.write(bytes({MIB}))
        print("below")
        try:
            with open("/dev/shm/rest", "wb") as file:
                file.write(bytes({2 * MIB}))
        except OSError as error:
            print(error.strerror)
        """,
        tmpfs_size=8 * MIB,
    )
    assert result.lines == ["below", "No space left on device"]


def test_files_that_are_given_take_nothing_of_it(boxed, tmp_path):
    (tmp_path / "data").write_bytes(bytes(3 * MIB + 1))
    result = boxed.run(
        f"""
        import os
        assert os.path.getsize("data") == {3 * MIB + 1}
        with open("mine", "wb") as file:
            file.write(bytes({2 * MIB}))
        """,
        tmpfs_size=2 * MIB,
        files={"data": tmp_path / "data"},
    )
    assert (result.code, result.output) == (0, "")


def test_number_of_files(boxed):
    result = boxed.run(
        """
        count = 0
        try:
            while True:
                open(f"file{count}", "w").close()
                count += 1
        except OSError as error:
            print(90 < count <= 110, error.strerror)
        """,
        tmpfs_inodes=100,
    )
    assert result.output == "True No space left on device\n"


def test_nothing_but_the_box_can_be_written(boxed):
    result = boxed.run(
        """
        import os
        for folder, names, files in os.walk("/"):
            names[:] = [n for n in names if os.path.join(folder, n) not in ("/box", "/proc")]
            if folder.count("/") > 4:  # far below what is mounted
                names.clear()
            if os.access(folder, os.W_OK):
                print(folder)
        """
    )
    assert result.output == ""


def test_processes(boxed):
    """As many as allowed, no more, and threads count."""
    result = boxed.run(
        """
        import os, signal, threading, time
        children = []
        try:
            while True:
                pid = os.fork()
                if pid == 0:
                    time.sleep(100)
                    os._exit(0)
                children.append(pid)
        except BlockingIOError as error:
            print(len(children), error.strerror)
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        end = threading.Event()
        threads = []
        try:
            while True:
                threads.append(threading.Thread(target=end.wait))
                threads[-1].start()
        except RuntimeError as error:
            print(len(threads) - 1, error)
        end.set()
        """,
        tasks=40,
    )
    (processes, reason), (threads, problem) = (line.split(" ", 1) for line in result.lines)
    assert reason == "Resource temporarily unavailable"
    assert problem == "can't start new thread"
    assert 38 <= int(processes) <= 40
    assert 38 <= int(threads) <= 40


def test_threads_without_a_box(restricted):
    """Counted with everything that the user runs, which root is exempt from."""
    if restricted.driver.who == "root":
        return
    result = restricted.run(
        """
        import threading
        end = threading.Event()
        threads = []
        threading.stack_size(65536)
        try:
            while len(threads) < 5000:
                threads.append(threading.Thread(target=end.wait))
                threads[-1].start()
        except RuntimeError:
            print(len(threads))
        end.set()
        """,
        tasks=200,
    )
    assert 150 < int(result.output) < 400


def test_a_fork_bomb_ends_with_the_box(boxed):
    result = boxed.run(
        """
        import os
        print("lit", flush=True)
        while True:
            try:
                os.fork()
            except OSError:
                pass
        """,
        seconds=2,
    )
    assert result.lines[0] == "lit"
    assert boxed.run("print('next')").output == "next\n"


FILES_IN_MEMORY = """
for name in ("file", "/dev/shm/file"):
    with open(name, "wb") as file:
        file.write(bytes(size // 3))
"""
CHILDREN = """
for _ in range(4):
    if os.fork() == 0:
        keep = bytearray(size // 4)
        os.kill(os.getpid(), signal.SIGSTOP)
if any(os.WIFSIGNALED(os.waitpid(-1, os.WUNTRACED)[1]) for _ in range(4)):
    os._exit(1)
"""


@pytest.mark.parametrize("code", ["keep = bytearray(size)", FILES_IN_MEMORY, CHILDREN])
def test_memory_of_all_together(boxed, code):
    """A process that has used it up is ended by the system."""
    if boxed.strategy != "metered":
        return
    for mib, output in ((200, "done\n"), (600, "")):
        done = "print('done', flush=True)\nos._exit(0)"
        result = boxed.run(f"import os, signal\nsize = {mib * MIB}\n{code}\n{done}")
        assert result.output == output, result
        assert (result.code == 0) is bool(output)
