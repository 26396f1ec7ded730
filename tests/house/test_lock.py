"""The locks: exact, hashed, naming no host, and in step with pyproject.toml and each other."""

import re
import tomllib

import pytest

from tests.house.tree import ROOT

RUN, DEV = "requirements.lock", "requirements-dev.lock"
_PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[0-9a-z.+!]+) \\$")
_HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")


def _name(requirement: str) -> str:
    """Answer the normalised distribution name of one requirement."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _pins(lock: str) -> dict[str, str]:
    """Answer name -> version; every line must be a pin or a hash, so nothing else can be named."""
    pins: dict[str, str] = {}
    hash_count = 1
    for line in (ROOT / lock).read_text("ascii").splitlines():
        found = _PIN.match(line)
        if found:
            assert hash_count, f"{lock}: no hash before {line}"
            pins[found["name"]] = found["version"]
            hash_count = 0
        else:
            assert _HASH.match(line), f"{lock}: neither a pin nor a hash: {line}"
            hash_count += 1
    assert hash_count
    return pins


def _project() -> tuple[list[str], list[str]]:
    """Answer what the till needs to run, and what its developers need besides."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    run = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    return run, project["dependency-groups"]["dev"]


@pytest.mark.parametrize("lock", [RUN, DEV])
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock: str) -> None:
    assert len(_pins(lock)) > 10


def test_every_direct_dependency_is_locked() -> None:
    run, dev = _project()
    assert {_name(item) for item in run} <= _pins(RUN).keys()
    assert {_name(item) for item in (*run, *dev)} <= _pins(DEV).keys()


def test_an_exact_requirement_is_locked_at_its_version() -> None:
    run, dev = _project()
    pins = _pins(DEV)
    for item in (*run, *dev):
        name, exact, version = item.partition("==")
        if exact:
            assert pins[_name(name)] == version


def test_the_development_lock_runs_the_till_on_the_same_versions() -> None:
    dev = _pins(DEV)
    assert {name: dev.get(name) for name in _pins(RUN)} == _pins(RUN)


def test_the_till_runs_without_the_developers_tools() -> None:
    _, dev = _project()
    build = {"hatchling"}
    assert not ({_name(item) for item in dev} - build) & _pins(RUN).keys()
