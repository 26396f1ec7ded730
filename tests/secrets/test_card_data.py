"""No card data stays anywhere (reliability I13, S1, F26). Long run: `python -m tests.secrets`."""

from base64 import b64encode
from pathlib import Path
from random import Random

import pytest

from devices.simulators.terminal_leaks import CardSecrets, leak
from devices.simulators.terminal_writing import Address, SlipExtra, display, slip
from devices.terminals.westpay_epas.codec import decode
from tests.frames.approvals import POI, WORKSTATION
from tests.secrets.scanner import Scanner
from tests.secrets.secret_run import drawn, run_batch
from tests.whole.conftest import OpenShop
from tests.whole.conftest import open_shop as open_shop

CARD = CardSecrets(pan="4929123456780008", pin_block="041F3A9C0B7D5E21")


def test_nothing_of_a_card_stays_after_sales_on_a_leaking_terminal(open_shop: OpenShop) -> None:
    assert run_batch(open_shop(), Random(1)) == []


@pytest.mark.parametrize("seed", range(15))
def test_no_message_of_a_leaking_terminal_carries_card_data_past_the_codec(seed: int) -> None:
    card = drawn(Random(seed))
    scanner = Scanner(card)
    for sent in _messages():
        leaked = leak(card, sent)
        assert scanner.hits("wire", leaked)
        assert scanner.hits("codec", repr(decode(leaked[4:])).encode()) == []


def _messages() -> list[bytes]:
    from devices.simulators import terminal_writing as writing
    from devices.simulators.terminal_ledger import LedgerEntry, LedgerState
    from tests.frames.approvals import STARTED_AT

    address = Address("42", WORKSTATION, POI)
    entry = LedgerEntry(
        "000009103009", "42", "1", LedgerState.APPROVED, False, 24900, 3100, STARTED_AT
    )
    return [
        display(address, ("Ny kund",), "611"),
        slip(address, entry, True, SlipExtra()),
        slip(address, entry, False, SlipExtra()),
        writing.event(address, "CardInserted", STARTED_AT, "x"),
        writing.payment_answer(address, writing.Told(), entry, "280.00"),
        writing.payment_answer(address, writing.Told("Refusal", "Nej"), entry),
        writing.reversal_answer(address, writing.Told(), entry, STARTED_AT),
        writing.last_transaction_answer(address, entry),
        writing.login_answer(address, writing.Told(), STARTED_AT),
    ]


@pytest.mark.parametrize(
    ("kept", "name"),
    [
        (CARD.pan, "number"),
        (CARD.grouped(" "), "number"),
        (CARD.grouped(" - "), "number"),
        (f"x{CARD.pan[:11]}", "number"),
        (CARD.pan.encode("utf-16-le"), "number"),
        (CARD.track_2, "track tail"),
        (CARD.track_1, "track tail"),
        (f"***={CARD.discretionary[2:]}", "track tail"),
        ("************0008=2812201", "track"),
        (CARD.pin_block, "PIN block"),
        (CARD.pin_block.lower(), "PIN block"),
        ("cvc2: 739", "security code"),
        ("CVV739", "security code"),
        ("PIN 8264", "PIN"),
        (b64encode(CARD.pan.encode()), "encoded"),
        (b64encode(b"kort " + CARD.track_2.encode()), "encoded"),
        (CARD.pan.encode().hex(), "encoded"),
        ("kort 5555 5555 5555 4444.", "some number"),
    ],
)
def test_the_scanner_finds_each_form(kept: str | bytes, name: str, tmp_path: Path) -> None:
    raw = kept if isinstance(kept, bytes) else kept.encode()
    assert f"here: {name}" in Scanner(CARD).hits("here", b"before\0" + raw + b"\0after")
    (tmp_path / "till.db-wal").write_bytes(raw)
    assert f"till.db-wal: {name}" in Scanner(CARD).hits_in(tmp_path)


def test_the_scanner_is_silent_on_what_a_receipt_shows() -> None:
    shown = (
        b"MasterCard ************0008 492912******0008 000009103009 A0000000041010 20261128184952"
    )
    assert Scanner(CARD).hits("paper", shown) == []


def test_the_run_finds_a_till_that_masks_nothing(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from devices.terminals.westpay_epas import fields, slips

    def as_it_is(text: str) -> str:
        return text

    monkeypatch.setattr(fields, "redact", as_it_is)
    monkeypatch.setattr(fields, "redact_words", as_it_is)
    monkeypatch.setattr(slips, "mask_pan", lambda text, copy: text)
    hits = run_batch(open_shop(), Random(1), sale_count=2)
    assert any("till.db" in hit for hit in hits)
    assert any(hit.startswith("screen") for hit in hits)
