"""Which strategy a batch takes, when it refuses, and what it advises on which system."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.doctor.choice import Choice, choose
from autograder.doctor.probe import CAPABILITIES, REQUIRED, Probe, Trial
from autograder.doctor.remedy import System, remedy, remedy_for_metering
from autograder.errors import UsageError

Prober = Callable[[str], Probe]

SYSTEM = System(apparmor_restricts=True, landlock=4)


def held(strategy: str, *capabilities: str) -> Probe:
    """A probe in which these held and everything else got through."""
    trials = tuple(
        Trial(
            name=name,
            capability=name,
            what=f"break {name}",
            outcome="refused" if name in capabilities else "through",
        )
        for name in CAPABILITIES
    )
    return Probe(strategy=strategy, trials=trials)


def prober(**probes: Probe | str) -> Prober:
    """Tries those that are named; a text says why one cannot be used, as it cannot if it is not named."""

    def probe(name: str) -> Probe:
        found = probes.get(name, "the system refuses")
        return Probe(strategy=name, unavailable=found) if isinstance(found, str) else found

    return probe


NONE = held("none", "tree_kill")
WEAK = held("restricted", *(name for name in REQUIRED if name != "no_network"))
ENOUGH = held("restricted", *REQUIRED)
ALL = held("contained", *CAPABILITIES)


def test_auto_takes_the_strongest_that_holds_and_tries_no_further() -> None:
    tried = []

    def probe(name: str) -> Probe:
        tried.append(name)
        return prober(none=NONE, restricted=ENOUGH, contained=ALL)(name)

    choice = choose("auto", probe, hidden=True)
    assert (choice.strategy, choice.label) == ("contained", "contained")
    assert tried == ["metered", "contained"]
    assert choice.line == "isolation: contained; all that it promises was tried and holds"


def test_a_strategy_that_is_there_but_does_not_hold_is_not_taken() -> None:
    leaky = held("contained", *(name for name in CAPABILITIES if name != "file_secrecy"))
    choice = choose("auto", prober(none=NONE, restricted=ENOUGH, contained=leaky), hidden=True)
    assert choice.strategy == "restricted"
    assert choice.line.endswith("not promised: disk_capped, processes_capped, environment_secret")


@pytest.mark.parametrize("capability", REQUIRED)
def test_each_required_promise_is_required(capability: str) -> None:
    lacking = held("restricted", *(name for name in CAPABILITIES if name != capability))
    with pytest.raises(UsageError, match=CAPABILITIES[capability]):
        choose("auto", prober(none=NONE, restricted=lacking), hidden=True, system=SYSTEM)


def test_the_refusal_is_one_sentence_with_one_command() -> None:
    with pytest.raises(UsageError) as refused:
        choose("auto", prober(none=NONE, restricted=WEAK), hidden=True, system=SYSTEM)
    assert str(refused.value) == (
        "hidden tests are not run: the best isolation here, restricted, does not promise that the network is "
        "out of reach; AppArmor lets ordinary users make no namespaces: "
        "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0 "
        "(or insist with --allow-unsandboxed-grading)"
    )


def test_where_nothing_holds_it_is_said_plainly() -> None:
    with pytest.raises(UsageError, match=r"nothing here keeps a notebook from reading them; .*: docker run"):
        choose("auto", prober(none=Probe(strategy="none")), hidden=True, system=System(platform="darwin"))


def test_who_asks_for_none_is_not_given_hidden_tests() -> None:
    with pytest.raises(UsageError, match="isolation none, which lets a notebook read them"):
        choose("none", prober(), hidden=True)


def test_what_is_asked_for_is_not_replaced() -> None:
    able = prober(none=NONE, restricted=ENOUGH, contained="the system refuses: no namespaces")
    assert choose("restricted", able, hidden=True).strategy == "restricted"
    for hidden in (True, False):
        with pytest.raises(UsageError, match=r"isolation contained cannot be used here, .*no namespaces"):
            choose("contained", able, hidden=hidden, allow=True, system=SYSTEM)


def test_who_insists_gets_what_there_is_and_results_that_say_none() -> None:
    choice = choose("auto", prober(none=NONE, restricted=WEAK), hidden=True, allow=True)
    assert (choice.strategy, choice.label) == ("restricted", "none")
    assert "isolation: none (locked as far as restricted goes); not promised: no_network" in choice.line
    assert choose("none", prober(), hidden=True, allow=True) == Choice(
        strategy="none", label="none", missing=tuple(CAPABILITIES)
    )


def test_to_insist_changes_nothing_where_enough_holds() -> None:
    assert choose("auto", prober(none=NONE, contained=ALL), hidden=True, allow=True).label == "contained"


def test_public_tests_run_with_whatever_there_is() -> None:
    assert choose("auto", prober(none=NONE, restricted=WEAK), hidden=False).strategy == "restricted"
    choice = choose("auto", prober(none=Probe(strategy="none")), hidden=False)
    assert choice.line == "isolation: none; a notebook can read, change and send what you can"


@pytest.mark.parametrize(
    ("system", "command"),
    [
        (System(platform="darwin"), "docker run --rm -it"),
        (System(platform="win32"), "docker run --rm -it"),
        (System(container=True, root=True), "docker run --security-opt seccomp=unconfined"),
        (System(container=True, apparmor_restricts=True), "docker run --security-opt seccomp=unconfined"),
        (System(apparmor_restricts=True), "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
        (System(clone_forbidden=True), "sudo sysctl -w kernel.unprivileged_userns_clone=1"),
        (System(no_user_namespaces=True), "sudo sysctl -w user.max_user_namespaces=15000"),
        (System(), 'sudo "$(command -v autograder)" grade'),
    ],
)
def test_the_command_that_mends_it(system: System, command: str) -> None:
    assert remedy(system).command.startswith(command)


def test_a_kernel_without_landlock_is_named() -> None:
    assert "no Landlock" in remedy(System()).reason
    assert "no Landlock" not in remedy(System(landlock=1)).reason


def test_control_groups_are_asked_of_systemd_or_of_root() -> None:
    assert remedy_for_metering(System(systemd=True)).command.startswith("systemd-run --user --scope")
    assert remedy_for_metering(System()).command.startswith("sudo ")


@pytest.mark.parametrize(
    ("path", "content", "field"),
    [
        ("proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1\n", "apparmor_restricts"),
        ("proc/sys/kernel/unprivileged_userns_clone", "0\n", "clone_forbidden"),
        ("proc/sys/user/max_user_namespaces", "0\n", "no_user_namespaces"),
        (".dockerenv", "", "container"),
        ("run/.containerenv", "", "container"),
        ("run/systemd/system/x", "", "systemd"),
    ],
)
def test_a_system_is_known_by_its_files(
    path: str, content: str, field: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert getattr(System.here(tmp_path), field) is False
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(content)
    assert getattr(System.here(tmp_path), field) is True
