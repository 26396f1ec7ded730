"""The command line as scripts meet it: exit codes, one line on standard error, no surprises."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.lock import DataLock
from tui.__main__ import main

SHOP = """[shop]
name = "Bagarn AB"
org_no = "556677-8899"
address = ["Storgatan 1"]
register_id = "KASSA1"
[control_unit]
driver = "cleancash-xccsp"
url = "{url}"
{login}
[printer]
driver = "file"
path = "papers.bin"
[terminal]
driver = "{terminal}"
host = "127.0.0.1"
port = {port}
poi_id = "80000082"
"""


@contextmanager
def simulated(*arguments: str) -> Iterator[str]:
    """Run `blipp simulate …` headless and give its address; it ends well by SIGTERM."""
    command = [sys.executable, "-m", "tui", "simulate", *arguments, "--headless"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 0


def blipp(*arguments: str | Path) -> int:
    return main([str(part) for part in arguments])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rnu"], "run"),
        (["export", "sie", "x"], "finns inte än"),
        (["export", "json", "x", "--data", "nowhere"], "nowhere"),
        (["backup"], "Kommandot"),
        (["restore", "none.db", "--demo"], "none.db"),
        (["restore", "none.db", "--last-z", "x"], "Kommandot"),
        (["backup", "x", "--data", "nowhere"], "nowhere"),
        (["report", "q"], "Kommandot"),
        (["simulate", "control-unit", "--user", "u"], "--password-file"),
        (["run", "--config", "none.toml"], "none.toml"),
        (["verify", "--data", "nowhere"], "nowhere"),
        (["import", "articles", "none.csv"], "none.csv"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.count("\n") == 1
    assert words in told.err


def test_python_without_its_checks_is_refused() -> None:
    run = subprocess.run(
        [sys.executable, "-O", "-m", "tui", "--version"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert "python -O" in run.stderr


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith("blipp ")


def test_without_a_terminal_the_till_does_not_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert blipp("run", "--demo", "--data", tmp_path) == 2
    assert "terminal" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_the_doctor_asks_every_device_and_refuses_simulators_to_a_shop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.toml"
    (tmp_path / "secret").write_text("hemligt\n")
    login = ["--user", "kassa", "--password-file", str(tmp_path / "secret")]
    with (
        simulated("control-unit", "--http-port", "0", *login) as url,
        simulated("terminal", "--port", "0") as where,
    ):
        port = where.rpartition(":")[2]
        named = 'user = "kassa"\npassword_file = "secret"'
        file.write_text(SHOP.format(url=url, login=named, terminal="westpay-epas", port=port))
        assert blipp("doctor", "--demo", "--config", file, "--data", tmp_path / "d") == 0
        told = capsys.readouterr().out
        assert told.count("en simulator") == 2
        assert "hemligt" not in told
        assert blipp("doctor", "--config", file, "--data", tmp_path / "d") == 1
        told = capsys.readouterr().out
        assert "får inte användas" in told
        (tmp_path / "secret").write_text("fel\n")
        assert blipp("doctor", "--demo", "--config", file, "--data", tmp_path / "d") == 1
        assert "401" in capsys.readouterr().out


def test_the_doctor_calls_a_simulated_printer_one_in_plain_swedish(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.toml"
    with simulated("printer", "--port", "0") as where:
        port = where.rpartition(":")[2]
        printer = f'driver = "network"\nhost = "127.0.0.1"\nport = {port}'
        url = "http://127.0.0.1:9/xccsp"
        shop = SHOP.format(url=url, login="timeout_s = 1", terminal="none", port=1)
        file.write_text(shop.replace('driver = "file"\npath = "papers.bin"', printer))
        for demo, words in (([], "svarar men får inte användas"), (["--demo"], "redo")):
            blipp("doctor", *demo, "--config", file, "--data", tmp_path / "d")
            (told,) = [row for row in capsys.readouterr().out.splitlines() if "Skrivare" in row]
            assert f"{words} – en simulator" in told


def test_a_silent_device_is_named_and_a_running_till_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "shop.toml"
    url = "http://127.0.0.1:9/xccsp"
    file.write_text(SHOP.format(url=url, login="timeout_s = 1", terminal="none", port=1))
    assert blipp("doctor", "--config", file, "--data", tmp_path) == 1
    assert "Kontrollenhet" in capsys.readouterr().out
    lock = DataLock(tmp_path)
    try:
        assert blipp("doctor", "--config", file, "--data", tmp_path) == 0
        assert f"process {os.getpid()}" in capsys.readouterr().out
    finally:
        lock.release()


def test_the_simulated_cable_is_a_device_that_goes_when_it_ends(tmp_path: Path) -> None:
    link = tmp_path / "ttyCC"
    with simulated("control-unit", "--link", str(link)) as where:
        assert Path(where) == link
        assert link.is_symlink()
    assert not link.is_symlink()
