"""Which files the house tests look at, and where things stand in them."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("tui", "core", "devices", "db")
_SKIPPED = {".git", ".venv", "__pycache__", "dist"}


@functools.cache
def kept_files() -> tuple[Path, ...]:
    """Every file that is or may be committed; without git, every file outside caches."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        names = [ROOT / name for name in run.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [path for path in ROOT.rglob("*") if not _SKIPPED & set(path.parts)]
    return tuple(sorted({path for path in names if path.is_file()}))


def sources(*folders: str) -> Iterator[Path]:
    """Answer the Python files beneath the folders, in order."""
    wanted = folders or PACKAGES
    for path in kept_files():
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in wanted:
            yield path


def name_of(path: Path) -> str:
    """Answer the path as it is written in a message: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def text_of(path: Path) -> str:
    """Answer the text of one file."""
    return path.read_text("utf-8")


@functools.cache
def tree_of(path: Path) -> ast.Module:
    """Answer the syntax tree of one Python file."""
    return ast.parse(text_of(path), str(path))


def module_of(path: Path) -> str:
    """Answer the dotted name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def report(offences: list[str], rule: str) -> str:
    """Word a failure: the rule, then one place per line."""
    return f"{rule}\n  " + "\n  ".join(offences)
