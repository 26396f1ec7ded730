"""A fixed sample of power cuts, from a recording kept here: no C compiler is needed."""

import random
from collections.abc import Iterator
from pathlib import Path

from tests.crash.disk_log import Disk, Record
from tests.crash.golden import DATABASE, WITNESS, golden_log
from tests.crash.power import Judge, Seen

NAMES = (DATABASE, f"{DATABASE}-wal", WITNESS)
PAYMENT = b'MessageCategory="Payment"'


def lost_in(log: list[Record], folder: Path, every: int) -> Iterator[str]:
    """Name what is lost on each `every`th disk that a power cut could leave."""
    disk, seen = Disk(dict.fromkeys(NAMES)), Seen()
    judge, dice, number = Judge(folder / "disk", DATABASE, WITNESS), random.Random(1), 0
    for one in log:
        if one.op == "M":
            seen.take(one)
            continue
        if not disk.take(one) or not disk.files[DATABASE].durable:
            continue
        for image in disk.images(dice):
            number += 1
            if number % every == 0:
                yield from judge.found(image).lost(seen)
    assert number > 1000
    assert seen.payments
    assert seen.registered == {1}
    assert ("receipt", 1) in seen.papers
    assert seen.receipt == 1


def test_no_power_cut_of_a_card_sale_loses_what_anybody_has_seen(tmp_path: Path) -> None:
    assert not list(lost_in(golden_log(), tmp_path, every=12))


def test_a_till_that_does_not_sync_is_caught(tmp_path: Path) -> None:
    log = golden_log()
    first = next(at for at, one in enumerate(log) if one.op == "M")
    lazy = log[:first] + [one for one in log[first:] if not (one.op == "S" and "wal" in one.name)]
    assert next(lost_in(lazy, tmp_path, every=12))


def test_a_till_that_pays_before_it_writes_is_caught(tmp_path: Path) -> None:
    log = golden_log()
    sent = next(at for at, one in enumerate(log) if one.op == "M" and PAYMENT in one.data)
    before = [at for at, one in enumerate(log[:sent]) if one.op == "S"]
    hasty = [*log[: before[-2] + 1], log[sent], *log[before[-2] + 1 : sent], *log[sent + 1 :]]
    assert next(one for one in lost_in(hasty, tmp_path, every=1) if "no intent" in one)
