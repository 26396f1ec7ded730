"""Compile requirements.lock and requirements-dev.lock from pyproject.toml.

The locks hold exact versions and hashes and nothing else: no index, host, path or comment, so that
they install from any mirror. pip-tools is fetched into a throw-away environment; it is no
dependency of the till. Run it with `make lock`, with a network, on Linux and Python 3.11.
"""

import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PIP_TOOLS = "pip-tools>=7.5,<8"

_OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-emit-options",
    "--resolver=backtracking",
)


def compile_lock(python: Path, sources: list[Path], constraint: Path | None) -> str:
    """Answer the text of one lock; the sources are requirement files."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.txt"
        command = [str(python), "-m", "piptools", "compile", *_OPTIONS]
        if constraint is not None:
            command += ["--constraint", str(constraint)]
        command += ["--output-file", str(out), *map(str, sources)]
        subprocess.run(command, check=True, cwd=ROOT)
        lines = out.read_text("utf-8").splitlines()
    return "".join(f"{line}\n" for line in lines if line.strip() and not line.startswith("#"))


def main() -> int:
    """Write both locks; the development lock holds the run lock's versions."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    run = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    # What hatchling asks for besides when the project is installed editable.
    run.append("editables")
    dev = [*run, *project["dependency-groups"]["dev"]]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "venv", with_pip=True)
        python = place / "venv" / "bin" / "python"
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PIP_TOOLS], check=True)
        run_in, dev_in = place / "run.in", place / "dev.in"
        run_in.write_text("\n".join(run) + "\n", "utf-8")
        dev_in.write_text("\n".join(dev) + "\n", "utf-8")
        run_lock = ROOT / "requirements.lock"
        run_lock.write_text(compile_lock(python, [run_in], None), "utf-8")
        text = compile_lock(python, [dev_in], run_lock)
        (ROOT / "requirements-dev.lock").write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
