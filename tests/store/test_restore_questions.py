"""What a restore asks: lower numbers are named, far higher ones asked twice, then a yes."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.generate import generate
from db.restore import Known, Told, prospect_of, raised_numbers
from db.witness import WitnessLine
from tests.house.tree import ROOT
from tui.__main__ import main
from tui.cli.options import UsageError
from tui.cli.restore_questions import Given, confirm, told_by_person

HELD = {"receipt_no": 11, "z_no": 2, "serial": 12, "copy_no": 0, "sale_id": 11, "service_id": 30000}
SEEN = (WitnessLine(90, "a", "receipt", 15), WitnessLine(91, "b", "z", 3))
KNOWN = Known(HELD, SEEN, 80, "2026-11-28T12:00:00.000+01:00")
NOTHING = Given(None, None, None, False, False)


def person(*answers: str) -> Callable[[str], str]:
    """Answers in this order, and has no answer more."""
    left = list(answers)
    return lambda _question: left.pop(0)


def test_a_person_sees_what_is_known_and_what_will_come_before_he_says_yes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_by_person(NOTHING, KNOWN, person("Maja", "17", "3"))
    assert told == Told("Maja", 17, 3)
    assert confirm(told, KNOWN, prospect_of(KNOWN, told), person("j"))
    out = capsys.readouterr().out
    assert "slutar 2026-11-28T12:00:00.000+01:00, med kvitto 11 och Z-rapport 2." in out
    assert "Vittnesfilen har sett kvitto 15 och Z-rapport 3." in out
    assert "Nästa kvitto blir 19, nästa Z-rapport 4. Kvitton som saknas: 6." in out


@pytest.mark.parametrize("answer", ["n", "", "nej", "x"])
def test_nothing_but_a_yes_restores(answer: str) -> None:
    told = Told("Maja", 15, 3)
    assert not confirm(told, KNOWN, prospect_of(KNOWN, told), person(answer))


def test_a_number_below_what_is_known_is_named_and_loses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_by_person(Given("Maja", 3, 0, False, False), KNOWN, None)
    assert confirm(told, KNOWN, prospect_of(KNOWN, told), None)
    out = capsys.readouterr().out
    assert "Kvitto 3 är lägre än 15, som redan är känt: 15 gäller." in out
    assert "Z-rapport 0 är lägre än 3" in out
    assert "Nästa kvitto blir 17" in out


@pytest.mark.parametrize(("receipt_no", "z_no"), [("10016", "3"), ("15", "104")])
def test_a_far_higher_number_is_typed_twice_or_meant_by_an_option(
    receipt_no: str, z_no: str
) -> None:
    far = max(receipt_no, z_no, key=len)
    told = Told("Maja", int(receipt_no), int(z_no))
    answers = ("Maja", receipt_no, z_no)
    assert told_by_person(NOTHING, KNOWN, person(*answers, far)) == told
    with pytest.raises(UsageError, match="inte samma"):
        told_by_person(NOTHING, KNOWN, person(*answers, "16"))
    given = ("Maja", int(receipt_no), int(z_no))
    with pytest.raises(UsageError, match="--large-gap"):
        told_by_person(Given(*given, False, False), KNOWN, None)
    assert told_by_person(Given(*given, True, False), KNOWN, None) == told
    assert told_by_person(Given("Maja", 10015, 103, False, False), KNOWN, None).z_no == 103


@pytest.mark.parametrize(
    ("receipt_no", "z_no"), [(10_000_016, 3), (999_999_999_999, 3), (15, 10**6)]
)
def test_what_no_till_can_have_reached_is_refused_whatever_is_said(
    receipt_no: int, z_no: int
) -> None:
    with pytest.raises(UsageError, match="kan inte stämma"):
        told_by_person(Given("Maja", receipt_no, z_no, True, False), KNOWN, None)


@pytest.mark.parametrize("name", ["", "  ", "123", "-", "\x1b[2;2"])
def test_a_name_has_letters(name: str) -> None:
    with pytest.raises(UsageError, match="bokstäver"):
        told_by_person(Given(name, 15, 3, False, False), KNOWN, None)


def test_what_an_earlier_restore_was_told_from_paper_is_known_to_the_next() -> None:
    lines = (*SEEN, WitnessLine(95, "c", "restored", 40))
    raised, last = raised_numbers(HELD, lines, Told("Maja", 0, 0), 80)
    assert (last, raised["receipt_no"]) == (40, 41)
    assert Known(HELD, lines, 80, "").receipt_no == 40


def test_after_the_largest_gap_the_next_restore_can_be_told_the_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    generate(data, 1)
    shop = ["--demo", "--data", str(data), "--by", "Maja"]
    for turn, number in enumerate((9_999_999, 19_999_999)):
        file = tmp_path / f"backup{turn}"
        assert main(["backup", str(file), "--data", str(data)]) == 0
        words = ["restore", str(file), *shop, "--last-receipt", str(number), "--last-z", "0"]
        assert main(words) == 2
        assert main([*words, "--large-gap"]) == 0
        assert f"Nästa kvitto får nummer {number + 2}," in capsys.readouterr().out
    assert main(["verify", "--data", str(data)]) == 0


def test_at_a_terminal_the_command_asks_and_a_no_changes_nothing(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "backup"
    generate(data, 2)
    assert main(["backup", str(file), "--data", str(data)]) == 0
    before = (data / "till.db").read_bytes()
    person_end, till_end = pty.openpty()
    words = [sys.executable, "-m", "tui", "restore", str(file), "--demo", "--data", str(data)]
    process = subprocess.Popen(
        words, cwd=ROOT, stdin=till_end, stdout=subprocess.PIPE, env=dict(os.environ)
    )
    os.write(person_end, b"Maja\n2\n0\nn\n")
    out, _ = process.communicate(timeout=60)
    os.close(person_end)
    os.close(till_end)
    assert process.returncode == 1
    assert "Stämmer det? (j/n)" in out.decode()
    assert "Inget är återlagt." in out.decode()
    assert (data / "till.db").read_bytes() == before


def test_what_is_typed_wrong_is_asked_again_and_costs_no_answer_before_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = told_by_person(NOTHING, KNOWN, person("Maja", "sjutton", "", "17", "x", "3"))
    assert told == Told("Maja", 17, 3)
    assert "sjutton: ska vara ett nummer" in capsys.readouterr().out


def test_a_card_number_in_a_name_is_masked() -> None:
    told = told_by_person(Given("Eva 5413330089010434", 15, 3, False, False), KNOWN, None)
    assert told.by == "Eva ************0434"


@pytest.mark.parametrize(
    "content",
    [b"", b"number;name\n1;Bulle\n" * 100, b"SQLite format 3\0" * 300],
    ids=["empty", "text", "torn"],
)
def test_what_is_no_database_is_named_and_nothing_is_restored(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    data, file = tmp_path / "data", tmp_path / "goods.csv"
    generate(data, 1)
    file.write_bytes(content)
    kept = (data / "till.db").read_bytes()
    numbers = ["--last-receipt", "1", "--last-z", "0", "--by", "Maja"]
    assert main(["restore", str(file), "--demo", "--data", str(data), *numbers]) == 2
    assert "goods.csv" in capsys.readouterr().err
    assert (data / "till.db").read_bytes() == kept
