"""docs/journal.md names every kind of row and every field that the till writes."""

import json
import re
import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from core import events as ev
from core.control_record import ControlRecord
from core.journal import NOTE_KINDS, kind_of
from core.sale import Line
from tests.real_shop import RealShop, a_worked_shop

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "journal.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]
KIND = re.compile(r"`([a-z]+(?:-[a-z]+)*)`")
SHARED = {"card-authorized-out-of-policy": "card-authorized"}
"""Rows that say `the same` as another."""


def row_of(kind: str) -> str:
    """Give the page's row about a kind."""
    found = [row for row in ROWS if kind in KIND.findall(row.rpartition(" | ")[0])]
    assert found, f"docs/journal.md says nothing of {kind}"
    return found[0] + (row_of(SHARED[kind]) if kind in SHARED else "")


@pytest.mark.parametrize("event", get_args(ev.SaleEvent), ids=lambda one: one.__name__)
def test_every_event_stands_on_the_page_with_its_fields(event: type) -> None:
    row = row_of(kind_of(object.__new__(event)))
    for field in fields(event):
        assert re.search(rf"\b{field.name}\b", row), field.name


@pytest.mark.parametrize(
    ("kind", "value"), [("lines-added", Line), ("receipt-numbered", ControlRecord)]
)
def test_what_lies_inside_an_event_is_named_too(kind: str, value: type) -> None:
    for field in fields(value):
        assert re.search(rf"\b{field.name}\b", row_of(kind)), field.name


@pytest.mark.parametrize("kind", sorted(NOTE_KINDS - {"x-report", "z-report"}))
def test_every_note_stands_on_the_page(kind: str) -> None:
    assert row_of(kind)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> RealShop:
    return a_worked_shop(tmp_path_factory.mktemp("worked") / "shop")


def test_a_worked_shop_writes_nothing_that_the_page_does_not_know(worked: RealShop) -> None:
    kinds = {row[0] for row in worked.read("SELECT DISTINCT kind FROM journal")}
    assert len(kinds) > 20
    assert {kind for kind in kinds if kind not in PAGE} == set()


def test_the_program_of_the_page_accepts_a_worked_shop(
    worked: RealShop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    program = compile(found.group(1), "journal.md", "exec")
    monkeypatch.setattr("sys.argv", ["verify", str(worked.folder / "till.db")])
    scope: dict[str, object] = {}
    exec(program, scope)
    rows = scope["rows"]
    assert isinstance(rows, sqlite3.Cursor)
    rows.connection.close()
    ((seq, head),) = worked.read("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1")
    assert capsys.readouterr().out == f"{seq} {head}\n"


def test_payloads_are_canonical_json(worked: RealShop) -> None:
    for (payload,) in worked.read("SELECT payload FROM journal"):
        plain = json.loads(payload)
        again = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert payload == again
