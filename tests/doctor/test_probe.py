"""The probe finds what is open, layer by layer, and finds nothing where all layers are in force."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from autograder.doctor.probe import CAPABILITIES, REQUIRED, Probe, probe, probe_named
from autograder.isolation import fence
from autograder.isolation.limited import LimitedTree
from autograder.isolation.warm import Warm
from tests.isolation.conftest import namespaces_missing

if TYPE_CHECKING:
    from autograder.isolation.fence import Fence
    from autograder.isolation.protocol import Launch
    from autograder.isolation.zygote import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is nothing to try elsewhere")

HERE = Path(__file__).parent
USER = 1000
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder with hidden tests."""
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "test_hidden.py").write_text("assert answer == 42\n")
    return folder


def outcomes(found: Probe) -> dict[str, str]:
    return {trial.name: trial.outcome for trial in found.trials}


def ways(found: Probe, name: str) -> list[str]:
    (trial,) = (trial for trial in found.trials if trial.name == name)
    return [*trial.detail]


def through(found: Probe) -> set[str]:
    return {trial.name for trial in found.trials if trial.outcome == "through"}


def debugging_is_limited() -> bool:
    """Whether the system lets a process trace none but its own children, as Ubuntu does."""
    scope = Path("/proc/sys/kernel/yama/ptrace_scope")
    return scope.exists() and scope.read_text().strip() != "0"


def need(name: str) -> None:
    """Skip if the system, asked by its own tool, denies what a strategy is made of."""
    if name != "restricted" and namespaces_missing("root" if os.geteuid() == 0 else "user"):
        pytest.skip("this system lets nobody make namespaces")


def test_without_a_fence_everything_gets_through(secret: Path) -> None:
    found = probe_named("none", hidden=[secret])
    # The grader is told of orphans by the system and ends them, and it watches the sum of a tree's memory.
    held_by_the_grader = {"daemon", "memory_together"}
    forbidden_anyway = set()
    if os.geteuid():
        forbidden_anyway |= {"settings"} | ({"trace"} if debugging_is_limited() else set())
    assert through(found) == {trial.name for trial in found.trials} - held_by_the_grader - forbidden_anyway
    assert set(found.capabilities) == {"tree_kill"}
    assert not found.sufficient
    assert any(str(secret / "test_hidden.py") in way for way in ways(found, "read"))
    assert any(str(secret) in way for way in ways(found, "list_folders"))
    assert {"kill", "tgkill", "sigqueue", "a descriptor for it", "notices of a socket"} == {
        *ways(found, "strike")
    }
    assert {"TCP", "UDP", "a socket file", "an abstract socket"} <= {*ways(found, "connect")}
    assert {"AF_INET", "AF_NETLINK"} <= {*ways(found, "families")}
    assert {"prlimit", "setpriority", "sched_setscheduler"} <= {*ways(found, "restrict")}
    if "trace" not in forbidden_anyway:
        assert {"process_vm_readv", "its memory as a file", "ptrace"} <= {*ways(found, "trace")}


@pytest.mark.parametrize("name", ["contained", "metered"])
def test_in_a_fence_nothing_gets_through(name: str, secret: Path) -> None:
    need(name)
    found = probe_named(name, hidden=[secret])
    if name == "metered" and not found.available:
        pytest.skip(f"no control groups here: {found.unavailable}")
    assert set(outcomes(found).values()) <= {"refused", "impossible"}, found.trials
    assert found.capabilities == tuple(CAPABILITIES)
    assert found.sufficient


def test_restricted_suffices_but_caps_no_disk(secret: Path) -> None:
    found = probe_named("restricted", hidden=[secret])
    assert set(REQUIRED) <= set(found.capabilities)
    assert {"files", "inodes"} <= through(found) <= {"files", "inodes", "threads"}


def test_a_probe_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = uuid.uuid4().hex[:16]  # other probes may be running
    monkeypatch.setattr("secrets.token_hex", lambda size: token)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    processes = {*psutil.Process().children(recursive=True)}
    assert {"create", "read"} <= through(probe_named("none"))
    places = (tmp_path, Path("/dev/shm"), Path("/tmp"), Path("/var/tmp"), Path("/etc"))
    assert [path for place in places for path in place.iterdir() if token in path.name] == []
    assert {*psutil.Process().children(recursive=True)} <= processes
    assert "AUTOGRADER_CANARY" not in os.environ


def without(name: str, secret: Path, **changes: Any) -> Probe:
    need(name)
    base: dict[str, Fence] = {"restricted": fence.restricted(), "contained": fence.contained()}
    with Warm(replace(base[name], **changes)) as warm:
        return probe(warm, hidden=[secret])


@pytest.mark.parametrize(
    ("name", "changes", "lost"),
    [
        ("restricted", {"landlock": "off"}, {"read", "list_folders", "change", "create", "see"}),
        ("restricted", {"seccomp": False}, {"restrict", "connect", "families", "memory"}),
        ("contained", {"seccomp": False}, {"families", "memory"}),
        ("contained", {"limits": False}, {"threads", "processes", "open_files"}),
        (
            "contained",
            {"namespaces": False, "uid_base": None},
            {"files", "inodes"},
        ),
        (
            "restricted",
            {"landlock": "off", "seccomp": False},
            {"read", "change", "see", "strike", "restrict", "connect", "families", "memory"},
        ),
    ],
    ids=[
        "restricted without Landlock",
        "restricted without seccomp",
        "contained without seccomp",
        "contained without limits",
        "contained without namespaces",
        "restricted without Landlock and seccomp",
    ],
)
def test_a_missing_layer_is_found_out(
    name: str, changes: dict[str, Any], lost: set[str], secret: Path
) -> None:
    found = without(name, secret, **changes)
    assert lost <= through(found), (lost - through(found), found.unavailable)
    by_name = {trial.name: trial.capability for trial in found.trials}
    assert not {by_name[trial] for trial in lost} & set(found.capabilities)


def test_one_folder_too_many_is_found_out(secret: Path) -> None:
    readable = (*fence.contained().readable, str(secret.resolve()))
    found = without("contained", secret, readable=readable)
    assert through(found) == {"read", "list_folders"}
    assert not found.sufficient


class OnlyTheMainProcess(LimitedTree):
    """A grader that knows of no other process of a notebook."""

    def members(self) -> list[psutil.Process]:
        return super().members()[:1] if self.process.poll() is None else []


class Careless(Warm):
    def _fork(self, zygote: Zygote, launch: Launch) -> LimitedTree:
        return zygote.fork(launch, self.fence, OnlyTheMainProcess)


def test_a_grader_that_overlooks_processes_is_found_out(secret: Path) -> None:
    with Careless() as warm:
        found = probe(warm, hidden=[secret])
    assert {"daemon", "memory_together"} <= through(found)
    assert "tree_kill" not in found.capabilities


@pytest.mark.parametrize(
    "changes", [{"readable": ()}, {"file_size": 0}], ids=["nothing to read", "nothing to write"]
)
def test_a_probe_that_cannot_run_proves_nothing(changes: dict[str, Any], secret: Path) -> None:
    found = without("restricted", secret, **changes)
    assert found.unavailable
    assert found.capabilities == ()
    assert set(found.missing) == set(CAPABILITIES)


def test_what_fails_by_itself_proves_nothing() -> None:
    from autograder.doctor.probe import Trial

    def one(outcome: Any) -> Probe:
        return Probe(
            strategy="contained",
            trials=(Trial(name="a", capability="no_network", what="x", outcome=outcome),),
        )

    assert one("refused").capabilities == ("no_network",)
    for outcome in ("through", "unclear", "impossible"):
        assert one(outcome).capabilities == ()


@needs_root
def test_an_ordinary_user_is_as_safe(secret: Path) -> None:
    folders: Iterable[str] = [path for path in fence.contained().readable if Path(path).is_dir()]
    launcher = HERE.parent / "isolation" / "as_user.py"
    command = [sys.executable, str(launcher), str(USER), *folders, "--"]
    done = subprocess.run(
        [*command, sys.executable, "-P", "-m", "autograder.cli", "doctor", "--json"],
        cwd="/",
        env={**os.environ, "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = {strategy["strategy"]: strategy for strategy in json.loads(done.stdout)["strategies"]}
    for name in ("restricted", "contained"):
        assert found[name]["sufficient"], found[name]
    assert found["restricted"]["capabilities"]["processes_capped"]
    if found["contained"]["available"]:
        assert all(found["contained"]["capabilities"].values()), found["contained"]


def test_an_interpreter_in_a_temporary_folder_can_be_locked(tmp_path: Path, secret: Path) -> None:
    library = tmp_path / "venv"
    library.mkdir()
    readable = (*fence.contained().readable, str(library.resolve()))
    assert without("contained", secret, readable=readable).capabilities == tuple(CAPABILITIES)
