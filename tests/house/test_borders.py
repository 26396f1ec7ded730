"""Second guard of the borders: what an import really brings along, in a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import core
from tests.house.tree import PACKAGES, ROOT, module_of, sources

_LIBRARIES = ("textual", "sqlalchemy", "sqlcipher3", "httpx", "serial", "escpos")

_PROBE = """
import importlib, json, sys
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps([name for name in json.loads(sys.argv[2]) if name in sys.modules]))
"""


@pytest.mark.parametrize(
    ("package", "strangers"),
    [
        ("core", (*_LIBRARIES, "tui", "devices", "db")),
        ("devices", ("textual", "sqlalchemy", "sqlcipher3", "tui", "db")),
        ("db", ("textual", "httpx", "serial", "escpos", "tui", "devices")),
    ],
)
def test_importing_every_module_brings_no_stranger(
    package: str, strangers: tuple[str, ...]
) -> None:
    modules = [module_of(path) for path in sources(package)]
    assert modules
    run = subprocess.run(
        [sys.executable, "-c", _PROBE, json.dumps(modules), json.dumps(strangers)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == []


def test_core_is_the_one_of_this_repository() -> None:
    # `core` is a common name: another package of that name must never be the one that is tested.
    assert core.__file__ is not None
    assert Path(core.__file__).resolve().parent == ROOT / "core"


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in sources(*PACKAGES)}
    assert [
        str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()
    ] == []


def test_the_init_of_core_is_empty() -> None:
    assert (ROOT / "core" / "__init__.py").read_text("utf-8").strip() == ""
