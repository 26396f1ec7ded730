"""Every code has words, and the page of keys is the table of keys."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import core.errors as errors
from core.facts import PrinterCondition, TerminalState
from core.services.till import Attention
from tui.attention_texts import (
    ATTENTIONS,
    RESULTS,
    attention_title,
    attention_words,
    card_result_words,
    charged_words,
    next_try_words,
    slip_told_words,
)
from tui.before_stop_texts import BEFORE_STOP
from tui.texts import (
    ERRORS,
    PRINTER_CONDITIONS,
    TERMINAL_STATES,
    amount,
    error_words,
    quantity,
    seconds,
    spaced,
)

ROOT = Path(__file__).resolve().parents[2]


def _all_errors(kind: type[errors.TillError]) -> Iterator[type[errors.TillError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _all_errors(each)


def _attention_codes() -> set[str]:
    """Find each code that the services give an Attention, in their sources."""
    codes = set()
    for path in (ROOT / "core" / "services").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Attention":
                continue
            for each in ast.walk(node.args[0]) if node.args else ():
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    codes.add(each.value)
    return codes


def test_each_error_has_words_of_its_own() -> None:
    for kind in _all_errors(errors.TillError):
        assert kind.code in ERRORS, kind.code
        assert error_words(kind.code, {})
        assert "{" not in error_words(kind.code, {"text": "x"})


def test_each_attention_of_the_services_has_words() -> None:
    codes = _attention_codes()
    assert {"card-doubt", "card-held", "paper-unknown", "terminal-unreachable"} <= codes
    worded = {*ATTENTIONS, *RESULTS, *BEFORE_STOP, "slip-outside-sale"}
    assert slip_told_words(Attention("slip-outside-sale"))
    unworded = codes - worded
    assert not unworded - {"unit-silent", "unit-refused", "unit-unclear"}
    for code in codes:
        attention = Attention(code, (("asked_ore", 24900), ("text", "x"), ("started_at", "")))
        assert attention_title(attention)
        assert all("{" not in row for row in attention_words(attention))
        assert card_result_words(attention)


def test_a_missing_code_says_why_and_who_tries_again() -> None:
    bad = "remote-protocol code=code-shape length=3 words=abc"
    unclear = Attention("unit-unclear", (("receipt_no", 2), ("text", bad), ("waits_for_person", 1)))
    told = " ".join(attention_words(unclear))
    assert "svarade, men gav ingen giltig kod" in told
    assert "Kontrollkoden har fel form." in told
    assert "Enheten säger" not in told
    assert "Tryck 1" in next_try_words(unclear)
    lost = "outcome-unknown code=no-answer fault=silent words=timed out"
    silent = Attention("unit-silent", (("receipt_no", 2), ("text", lost), ("waits_for_person", 0)))
    told = " ".join(attention_words(silent))
    assert "inte gett någon kod än" in told
    assert "Den svarar inte." in told
    assert "av sig själv" in next_try_words(silent)
    assert "Tryck 1" not in next_try_words(silent)


def test_each_state_of_a_device_has_a_word() -> None:
    assert set(TERMINAL_STATES) == set(TerminalState)
    assert set(PRINTER_CONDITIONS) == set(PrinterCondition)


def test_facts_from_outside_are_never_read_as_places_to_fill_in() -> None:
    words = error_words("unknown-article", {"entry": "{facts} {0} %s"})
    assert "{facts} {0} %s" in words


def test_figures_are_written_the_swedish_way() -> None:
    assert amount(124900) == "1 249,00"
    assert spaced(24900) == "2 4 9 , 0 0"
    assert quantity(3000, "st") == "3"
    assert quantity(-435, "kg") == "-0,435 kg"
    assert seconds(67) == "1:07"


def test_a_terminal_that_could_not_is_not_told_as_a_card_that_was_refused() -> None:
    def told(condition: str) -> str:
        return card_result_words(Attention("card-declined", (("condition", condition),)))

    assert told("Busy").startswith("Terminalen är upptagen. Inget är draget.")
    assert "försök igen" in told("Busy")
    for condition in ("Busy", "UnreachableHost", "NotAllowed", "DeviceOut", "MessageFormat"):
        assert "nekades" not in told(condition)
        assert "nget är draget" in told(condition)
    for condition in ("Refusal", "WrongPIN", "InvalidCard", "PaymentRestriction"):
        assert "Kortet nekades" in told(condition)


@pytest.mark.parametrize(
    ("total_ore", "told"),
    [
        (144_00, "Det är 5,00 kr i dricks, 4 % av beloppet."),
        (139_00, "Terminalen visar GODKÄNT 139,00 kr. Beslutet"),
        (130_00, "Det är 9,00 kr mindre än begärt"),
        (179_00, "VARNING: det är 40,00 kr i dricks, 29 % av beloppet; gränsen är 25 %."),
    ],
)
def test_a_decided_total_is_held_against_what_the_card_pays_of_the_sale(
    total_ore: int, told: str
) -> None:
    """The till had asked for a tip of 10,00 with it."""
    attention = Attention("card-doubt", (("asked_ore", 149_00), ("requested_ore", 139_00)))
    assert told in charged_words(attention, total_ore, 25)
