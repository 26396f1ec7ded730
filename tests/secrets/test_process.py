"""The real till on a leaking terminal and a unit with a password: nothing of either stays.

Reliability S1, S13, I13: terminal bytes, status stream, printer bytes, every file of the data
folder, arguments and environment of the processes.
"""

import stat
from pathlib import Path
from random import Random

from devices.simulators.control_unit import SimulatedControlUnit
from devices.simulators.control_unit_http import SimulatedHttpUnit
from devices.simulators.terminal import SimulatedTerminal
from devices.simulators.terminal_script import load_script
from tests.house.tree import kept_files, name_of, report, sources, text_of
from tests.secrets.real_till import RealTill
from tests.secrets.scanner import Scanner
from tests.secrets.secret_run import drawn

PASSWORD = "Tyst-Ekorre-4711-hemligt"
CONFIG = """[terminal]
driver = "westpay-epas"
host = "127.0.0.1"
port = {port}
poi_id = "80000082"
[control_unit]
driver = "cleancash-xccsp"
url = "{url}"
user = "kassa"
password_file = "secret/password"
[printer]
driver = "file"
path = "papers.bin"
"""


def test_no_secret_leaves_the_real_till(tmp_path: Path) -> None:
    password_file = tmp_path / "secret" / "password"
    password_file.parent.mkdir()
    password_file.write_text(f"{PASSWORD}\n", "utf-8")
    card = drawn(Random(7))
    terminal = SimulatedTerminal(script=load_script("tap"))
    terminal.set_leak(card)
    unit = SimulatedHttpUnit(SimulatedControlUnit(), login=("kassa", password_file))
    for device in (terminal, unit):
        device.start()
    shop = tmp_path / "shop"
    shop.mkdir()
    config = tmp_path / "shop.toml"
    config.write_text(
        CONFIG.format(port=terminal.port, url=unit.url).replace("papers.bin", f"{shop}/papers.bin"),
        "utf-8",
    )
    till = RealTill(config, shop / "data")
    try:
        till.wait(lambda told: told["screen"] == "register" and not told["busy"])
        till.press("2900000032019\r")
        till.wait(lambda told: told["line_count"] == 1 and not told["busy"])
        till.wait_shown("Kontrollenhet redo")
        _pay_by_card(till)
        seen = till.told_by_the_system()
        core_limit = till.limit("Max core file size")
        password_file.write_text("fel-lösenord\n", "utf-8")
        till.press("2900000032019\r")
        till.wait(lambda told: told["line_count"] == 1 and not told["busy"])
    finally:
        till.close()
        terminal.stop()
        unit.stop()
    scanner = Scanner(card)
    streams = {"terminal bytes": till.pty, "status stream": till.stream, "processes": seen}
    hits = [hit for name, kept in streams.items() for hit in scanner.hits(name, bytes(kept))]
    assert hits + scanner.hits_in(shop) == []
    assert (shop / "papers.bin").stat().st_size > 500
    secret = PASSWORD.encode()
    assert not [name for name, kept in streams.items() if secret in bytes(kept)]
    assert not [path for path in shop.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert core_limit == "0"
    assert _open_to_others(shop / "data") == []


def _pay_by_card(till: RealTill) -> None:
    """Press until the terminal, which logs in meanwhile, has taken the payment."""
    for _time in range(50):
        till.press("++")
        told = till.wait(lambda told: told["receipt_no"] == 1 or told["attention"])
        if told["receipt_no"] == 1:
            return
        till.press("\x1b")
        till.wait(lambda told: not told["attention"])


def _open_to_others(folder: Path) -> list[str]:
    """Give what others than the owner may read or write."""
    return [
        f"{path.name} {stat.filemode(path.stat().st_mode)}"
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o077
    ]


def test_no_source_switches_the_verification_of_a_certificate_off() -> None:
    # Written in pieces, so that this file does not hold what it looks for.
    words = (
        "verify=" + "False",
        "CERT_" + "NONE",
        "check_hostname = " + "False",
        "_create_" + "unverified",
    )
    offences = [
        f"{name_of(path)}: {word}"
        for path in sources()
        for word in words
        if word.replace(" ", "") in text_of(path).replace(" ", "")
    ]
    assert not offences, report(offences, "TLS without verification")


def test_one_source_only_starts_a_child_process() -> None:
    # A child inherits the environment, in which no secret stands, and the files it is handed.
    # The one that copies and verifies reads the database, and nothing of a card terminal.
    words = ("sub" + "process", "os.sys" + "tem", "os.sp" + "awn", "os.ex" + "ec", "os.fo" + "rk")
    offences = [
        f"{name_of(path)}: {word}"
        for path in sources()
        for word in words
        if word in text_of(path) and name_of(path) != "tui/books.py"
    ]
    assert not offences, report(offences, "a child process")


def test_no_key_or_password_is_kept_among_the_sources() -> None:
    marks = ("BEGIN " + "PRIVATE KEY", "BEGIN RSA " + "PRIVATE", "BEGIN EC " + "PRIVATE")
    offences = [
        name_of(path)
        for path in kept_files()
        if any(mark.encode() in path.read_bytes() for mark in marks)
    ]
    assert not offences, report(offences, "a private key in the tree")
