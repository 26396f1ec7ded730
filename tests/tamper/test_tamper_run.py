"""The night's run of tampering, small; and shown to miss when verification looks away."""

from pathlib import Path

import pytest

import db.verify as verification
import db.verify_walk as walk
from db.verify_schema import JournalledSchema
from tests.tamper.__main__ import KINDS, clean, run


def test_each_kind_of_tampering_is_found_and_sound_shops_are_not_called_bad(
    tmp_path: Path,
) -> None:
    told = run(tmp_path / "shop", 2 * len(KINDS), seed=7)
    assert told["missed"] == 0, told
    assert [kind for kind in KINDS if not told[f"{kind} found"]] == []
    assert clean(tmp_path, 3) == 0


@pytest.mark.parametrize("looks_away_from", ["schema", "chain"])
def test_the_run_misses_when_verification_looks_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looks_away_from: str
) -> None:
    if looks_away_from == "schema":
        monkeypatch.setattr(JournalledSchema, "check_rest", lambda _schema: 0)
    else:
        monkeypatch.setattr(verification, "check_tail", lambda _lines, _seq: None)
        monkeypatch.setattr(walk.JournalWalk, "_check_chain", _only_numbers)
    told = run(tmp_path / "shop", 4 * len(KINDS), seed=7)
    assert told["missed"] > 0


def _only_numbers(
    journal: "walk.JournalWalk", seq: int, _fields: tuple[str, ...], _stored: str
) -> None:
    """Take every hash as it stands."""
    journal.seq = seq
