"""A warm process that locks a fork of itself for every request; run as a program, one JSON line each way.

It stands for whatever starts student processes: it does what they must do around ``lockdown`` and no more.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any


def main(modules: list[str]) -> None:
    for module in modules:
        __import__(module)
    if "torch" in modules:
        import torch

        torch.set_num_threads(1)
        torch.optim.Adam([torch.nn.Parameter(torch.ones(1))])  # imports for seconds, once
    import autograder.isolation.lockdown  # noqa: F401

    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)


def serve(request: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    telling, told = os.pipe()
    started = time.perf_counter()
    supervisor = os.fork()
    if supervisor == 0:
        try:
            os.close(reading)
            os.close(telling)
            supervise(request, writing, told)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        os._exit(99)
    os.close(writing)
    os.close(told)
    facts = os.read(telling, 65536)
    os.close(telling)
    output, ended = b"", False
    observed = observe(json.loads(facts)["pid"]) if request.get("observed") else {}
    while time.perf_counter() < started + request.get("seconds", 60):
        if select.select([reading], [], [], 0.5)[0]:
            piece = os.read(reading, 65536)
            if not piece:
                ended = True
                break
            output += piece
            if len(output) > 2**20:
                break
    os.close(reading)
    if not ended:
        os.kill(supervisor, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(json.loads(facts or b"{}").get("pid", supervisor), signal.SIGKILL)
    _, status = os.waitpid(supervisor, 0)
    code = os.waitstatus_to_exitcode(status)
    return {
        "output": output.decode("utf-8", "replace"),
        "code": code,
        "ended": ended,
        "observed": observed,
        **json.loads(facts or b"{}"),
    }


def observe(pid: int) -> dict[str, Any]:
    """What a grader does to a running student from outside."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    os.kill(pid, signal.SIGKILL)
    return {"uses memory": "Pss_Anon" in rollup}


def supervise(request: dict[str, Any], writing: int, told: int) -> None:
    """The process between the warm one and the student: it separates, forks and waits."""
    from autograder.isolation.fence import Fence
    from autograder.isolation.lockdown import close_in, entrances, meter, separate

    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(writing, 1)
    os.dup2(writing, 2)
    os.closerange(3, told)
    os.closerange(told + 1, 1024)
    fence = Fence.from_json(request["fence"])
    exec(request.get("before", ""), {})
    before = time.perf_counter()
    doors = entrances(fence)
    separate(fence)
    separated = time.perf_counter()
    waiting, metered = os.pipe()
    student = os.fork()
    if student:
        os.close(told)
        meter(fence, doors, student)
        os.write(metered, b"1")
        _, status = os.waitpid(student, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 128 - code)
    outside = int(Path("/proc/self").readlink().name)
    forked = time.perf_counter()
    try:
        for descriptor in (metered, *doors):
            os.close(descriptor)
        place = close_in(fence, Path(request["directory"]), lambda: os.read(waiting, 1) or os._exit(97))
        os.close(waiting)
        closed = time.perf_counter()
        times = {"separate": separated - before, "fork": forked - separated, "close_in": closed - forked}
        os.write(told, json.dumps({"place": str(place), "pid": outside, "times": times}).encode())
        os.close(told)
        tempfile.tempdir = None  # chosen before the fork, if something asked for it
        os.environ.update(HOME=str(place / "home"), TMPDIR=str(place / "tmp"))
        sys.path.insert(0, str(place / "work"))
        names = {"__name__": "__main__", "place": place, **request.get("names", {})}
        exec(compile(request["code"], "<student>", "exec"), names)
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 0)
    except BaseException:
        traceback.print_exc()
        sys.stdout.flush()
        os._exit(98)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
