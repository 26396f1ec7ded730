"""The night's run of tampering, small; and shown to miss when verification looks away."""

from pathlib import Path

import pytest

import db.verify as verification
import db.verify_walk as walk
from db.verify_schema import JournalledSchema
from tests.tamper.__main__ import Tries, clean, main, run
from tests.tamper.victim import KINDS


def test_each_kind_of_tampering_is_found_and_sound_shops_are_not_called_bad(
    tmp_path: Path,
) -> None:
    told = run(tmp_path / "shop", 2 * len(KINDS), seed=7)
    assert told["missed"] == 0, told
    assert [kind for kind in KINDS if not told[f"{kind} found"]] == []
    assert told["distinct"] > 1.8 * len(KINDS), "the same was tried again and again"
    assert clean(tmp_path, 3) == 0


def test_a_try_is_done_again_by_its_seed_and_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = KINDS.index("flip") + len(KINDS)
    tries = Tries(tmp_path / "shop", 7)
    what = tries.do(number)
    kept = tmp_path / "kept.db"
    assert main(["replay", "7", str(number), str(kept)]) == 0
    assert what in capsys.readouterr().out
    assert kept.read_bytes() == tries.victim.path.read_bytes() != tries.victim.sound


def test_each_earlier_file_of_a_shop_is_sound_beside_the_witness_of_its_time(
    tmp_path: Path,
) -> None:
    tries = Tries(tmp_path / "shop", 7)
    tries.do(0)
    victim = tries.victim
    assert len({moment.data for moment in victim.moments}) > 15
    for moment in victim.moments[::4]:
        victim.path.write_bytes(moment.data)
        victim.lines = victim.witness[: moment.witnessed]
        assert tries.verify().is_sound, moment.newest_seq
        victim.lines = victim.witness
        assert not tries.verify().is_sound, moment.newest_seq


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
