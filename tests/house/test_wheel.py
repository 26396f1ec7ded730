"""The wheel: holds all four packages with their data files, and starts outside the repository."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, kept_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network; answer its file."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_every_file_of_the_four_packages(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in kept_files()
        if path.relative_to(ROOT).parts[0] in PACKAGES
    }
    assert sorted(wanted - held) == []
    tops = {name.split("/")[0] for name in held if ".dist-info/" not in name}
    assert tops == set(PACKAGES)


def test_the_wheel_has_the_command_and_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {
            name.split("/", 1)[1]: name for name in archive.namelist() if ".dist-info/" in name
        }
        entry_points = archive.read(names["entry_points.txt"]).decode()
    assert "blipp = tui.__main__:main" in entry_points
    assert "licenses/LICENSE" in names


def test_the_wheel_starts_outside_the_repository(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    probe = "import sys, tui.__main__ as m; sys.argv = ['blipp', '--version']; "
    probe += "print(m.__file__); sys.exit(m.main())"
    run = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    place, *answer = run.stdout.splitlines()
    assert Path(place).is_relative_to(tmp_path)
    assert "0." in " ".join(answer)
